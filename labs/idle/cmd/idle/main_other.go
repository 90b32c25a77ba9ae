//go:build !linux

// Command idle measures what an idle connection costs a node, on Linux.
package main

import (
	"os"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/labs/idle"
)

func main() { os.Exit(cmdline.Exit("idle", idle.ErrNeedsLinux, os.Stderr)) }
