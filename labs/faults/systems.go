package faults

import (
	"context"
	"fmt"
	"os"

	"example.com/redis-chat/06-emitter/system"
	loadtest "example.com/redis-chat/labs/load-test"
)

// Ours is the system of chapters 04 to 06. Its nodes are this program, started
// anew: see NodeAsked.
func Ours() (System, error) {
	self, err := os.Executable()
	if err != nil {
		return System{}, fmt.Errorf("start the nodes: where is this program? %w", err)
	}
	return System{
		Name: "redis-chat", Protocol: loadtest.Chat{}, Command: []string{self}, Env: []string{asked + "=1"}, Tells: true,
	}, nil
}

const asked = "WORKBOOK_FAULTS_NODE"

// NodeAsked runs a node, and then ends the program, if the program was started to be a
// node. Otherwise it does nothing.
func NodeAsked() {
	if os.Getenv(asked) == "1" {
		os.Exit(system.NodeMain())
	}
}

// NodeJS is the Socket.IO stack of the load-test lab. Its server's script goes
// into dir, which must stay.
func NodeJS(ctx context.Context, dir string) (System, error) {
	command, env, err := loadtest.NodeServer(ctx, dir)
	if err != nil {
		return System{}, err
	}
	return System{Name: "node.js", Protocol: loadtest.SocketIO{}, Command: command, Env: env}, nil
}
