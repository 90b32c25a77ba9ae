package loadtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// System is something to put a load on. Each is started as processes that read
// PORT, PUB_HOST, PUB_PORT, SUB_HOST and SUB_PORT from the environment.
type System struct {
	Name     string
	Protocol Protocol
	Alone    bool   // one process without Redis, for the clients of all nodes
	Of       string // the system that this is another setup of; ratios are to the best of both

	// find returns what starts a node, or says in one sentence what is missing.
	find func(context.Context, *Lab) (program, error)
}

// program is a command, and what it needs in its environment besides the
// addresses.
type program struct {
	command, env []string
}

// The systems. Ours is the program of chapter 05; on lanes, that of labs/scale-out.
var (
	Ours       = System{Name: "redis-chat", Protocol: Chat{}, find: goProgram("example.com/redis-chat/05-distributed-relay/cmd/node")}
	NodeJS     = System{Name: "node.js", Protocol: SocketIO{}, find: nodeProgram}
	Centrifuge = System{Name: "centrifuge", Protocol: CentrifugeJSON{}, find: goProgram("example.com/redis-chat/labs/load-test/peers/centrifuge")}
	Lanes      = System{Name: "redis-chat-lanes", Of: "redis-chat", Protocol: Chat{}, find: goProgram("example.com/redis-chat/labs/scale-out/cmd/lanenode")}
	Tuned      = System{Name: "centrifuge-tuned", Of: "centrifuge", Protocol: CentrifugeJSON{}, find: with(Centrifuge.find, "TUNED=1")}
	SocketIOGo = System{Name: "socket.io-go", Protocol: SocketIO{}, find: goProgram("example.com/redis-chat/labs/load-test/peers/socket.io-go")}
	Ceiling    = System{Name: "ceiling", Protocol: Chat{}, Alone: true, find: goProgram("example.com/redis-chat/labs/load-test/peers/ceiling")}
)

// Peers are what ours is compared with. Lanes are ours, too, and measured where there is more than one room.
var Peers = []System{NodeJS, Centrifuge, Tuned, SocketIOGo, Ceiling, Lanes}

// Systems finds systems by their names, comma separated.
func Systems(names string) ([]System, error) {
	var found []System
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(Peers, func(s System) bool { return s.Name == name })
		switch {
		case name == Ours.Name:
			found = append(found, Ours)
		case i >= 0:
			found = append(found, Peers[i])
		default:
			shown := harmless.Value(name)
			if strings.Contains(names, "@") { // a password, which may hold a comma
				shown = harmless.Value(names)
			}
			return nil, fmt.Errorf("there is no system %q: there are redis-chat, node.js, centrifuge, centrifuge-tuned, socket.io-go, ceiling and redis-chat-lanes", shown)
		}
	}
	return found, nil
}

// with is a program with one thing more in its environment.
func with(find func(context.Context, *Lab) (program, error), variable string) func(context.Context, *Lab) (program, error) {
	return func(ctx context.Context, l *Lab) (program, error) {
		p, err := find(ctx, l)
		p.env = append(slices.Clone(p.env), variable)
		return p, err
	}
}

func goProgram(pkg string) func(context.Context, *Lab) (program, error) {
	return func(ctx context.Context, l *Lab) (program, error) {
		path, err := l.build(ctx, pkg)
		return program{command: []string{path}}, err
	}
}
