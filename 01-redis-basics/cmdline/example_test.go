package cmdline_test

import (
	"flag"
	"fmt"
	"os"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func Example() {
	run := func(args ...string) error {
		addr := "127.0.0.1:6379"
		fs := flag.NewFlagSet("ping", flag.ContinueOnError)
		fs.Func("redis", "the server's `host:port`", cmdline.Addr(&addr))
		if err := cmdline.Parse(fs, args, "usage: ping [flags]"); err != nil {
			return err
		}
		fmt.Println("PING to", addr)
		return nil
	}
	fmt.Println("exit code", cmdline.Exit("ping", run("-redis", "10.0.0.7:6380"), os.Stdout))
	fmt.Println("exit code", cmdline.Exit("ping", run("-redis", "localhost"), os.Stdout))
	// Output:
	// PING to 10.0.0.7:6380
	// exit code 0
	// ping: -redis "localhost": want host:port, such as 127.0.0.1:6379
	// exit code 2
}
