package tempdir_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/redis-chat/01-redis-basics/tempdir"
)

func ExampleMake() {
	dir, err := tempdir.Make("workbook-example-") // removes what killed programs have left
	if err != nil {
		fmt.Println(err)
		return
	}
	dump := filepath.Join(dir.Path(), "dump.rdb")
	fmt.Println("write:", os.WriteFile(dump, nil, 0o600))
	fmt.Println("remove:", dir.Remove())
	_, err = os.Stat(dump)
	fmt.Println("gone:", errors.Is(err, fs.ErrNotExist))
	// Output:
	// write: <nil>
	// remove: <nil>
	// gone: true
}
