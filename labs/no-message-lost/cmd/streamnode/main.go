// Command streamnode is one node of a chat that loses no message: it adds to a stream at the master,
// and delivers what its own replica brings back, from where it was.
package main

import (
	"os"

	"example.com/redis-chat/labs/no-message-lost/node"
)

func main() { os.Exit(node.Main(os.Args[1:])) }
