package child_test

import (
	"fmt"
	"os"
	"time"

	"example.com/redis-chat/06-emitter/system/child"
)

// The child is this test program: it logs what it hears on its standard input.
func Example() {
	self, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	log := make(chan string)
	p := child.New(child.Options{
		Name:    "echo",
		Command: []string{self, "child"},
		Log:     func(line []byte) (keep bool) { log <- string(line); return true },
	})
	p.Tell("good day")
	if err := p.Start(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(<-log)
	p.Stop(10 * time.Second)
	fmt.Println("it runs:", p.PID() != 0)
	// Output:
	// heard good day
	// it runs: false
}
