package checks_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/redis-chat/workbook/checks"
)

// One rule, on a repository of one file that breaks it.
func ExampleAll() {
	root, err := os.MkdirTemp("", "repository-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	if err := os.WriteFile(filepath.Join(root, "a.go"), []byte("package  a\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	all, err := checks.All(root)
	if err != nil {
		fmt.Println(err)
		return
	}
	findings, err := all[0].Find(context.Background(), root)
	fmt.Println(all[0].Name, findings, err)
	// Output: format [a.go: not formatted] <nil>
}
