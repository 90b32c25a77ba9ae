package node_test

import (
	"flag"
	"fmt"

	"example.com/redis-chat/05-distributed-relay/node"
)

// A node of the workbook's topology: it publishes at the master, and listens at
// its own replica.
func ExampleConfig_Parse() {
	var c node.Config
	err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), []string{"-pub-port", "6380", "-sub-port", "6381"})
	fmt.Println("publish:", c.Relay.PubAddr, "subscribe:", c.Relay.SubAddr, err)

	err = c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), []string{"-pub-port", "70000"})
	fmt.Println(err)
	// Output:
	// publish: 127.0.0.1:6380 subscribe: 127.0.0.1:6381 <nil>
	// -pub-port "70000": want a whole number from 1 to 65535
}
