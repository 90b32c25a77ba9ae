package faults

import (
	"context"
	"fmt"
	"os"

	"example.com/redis-chat/06-emitter/system"
	loadtest "example.com/redis-chat/labs/load-test"
	"example.com/redis-chat/labs/no-message-lost/node"
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

// Streams is the same with the relay of the lab in which no message is lost. Its nodes acknowledge what a replica
// has; an emitter is not there, as it publishes by Pub/Sub, which these nodes do not hear.
func Streams() (System, error) {
	s, err := Ours()
	s.Name, s.Env, s.Keeps = "streams", []string{asked + "=streams", "DURABLE=1"}, true
	return s, err
}

const asked = "WORKBOOK_FAULTS_NODE"

// NodeAsked runs a node, and then ends the program, if the program was started to be a
// node. Otherwise it does nothing.
func NodeAsked() {
	switch os.Getenv(asked) {
	case "1":
		os.Exit(system.NodeMain())
	case "streams":
		os.Exit(node.Main(nil))
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
