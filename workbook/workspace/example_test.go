package workspace_test

import (
	"fmt"

	"example.com/redis-chat/workbook/workspace"
)

func Example() {
	root, err := workspace.Root(".") // this package is somewhere below it
	if err != nil {
		fmt.Println(err)
		return
	}
	modules, err := workspace.Modules(root)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(modules[0], modules[1])
	// Output: 01-redis-basics/exercises 01-redis-basics
}
