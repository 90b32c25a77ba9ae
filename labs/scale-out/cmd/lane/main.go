// Command lane says where lanes are, and moves them.
//
//	lane [-map sets.map] [-channel-prefix socket.io] [-timeout 10s] list | of ROOM | move LANE SET
//
// Credentials come from REDIS_USERNAME, REDIS_PASSWORD and REDIS_TLS=true.
//
// Exit codes: 0 done; 1 a server does not answer, or the lane has not moved; 2 a bad flag or argument.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
	"example.com/redis-chat/labs/scale-out/moving"
)

func main() {
	logging.Disable() // go-redis prints each failed dial
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cmdline.Exit("lane", run(ctx, os.Args[1:], os.Getenv, os.Stdout), os.Stderr))
}

const usage = `usage: lane [-map sets.map] [-channel-prefix socket.io] [-timeout 10s] list | of ROOM | move LANE SET`

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	fs := flag.NewFlagSet("lane", flag.ContinueOnError)
	file := fs.String("map", "sets.map", "`file` of the map")
	timeout := fs.Duration("timeout", 10*time.Second, "how long the nodes have to be ready for a move, as a `time`")
	key := wire.DefaultKey
	fs.Func("channel-prefix", "beginning of the channels' `names`, as the nodes have it", wire.SetKey(&key))
	if err := cmdline.Parse(fs, args, usage); err != nil {
		return err
	}
	login, err := dial.LoginFromEnv(getenv)
	if err != nil {
		return cmdline.Usagef("%w", err)
	}
	o := moving.Options{File: *file, Own: wire.OwnPrefix(key), Client: func(addr string) *redis.Client { return redis.NewClient(login.Options(addr)) }}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	switch args = fs.Args(); {
	case len(args) == 1 && args[0] == "list":
		return list(ctx, o, out)
	case len(args) == 2 && args[0] == "of":
		return of(ctx, o, args[1], out)
	case len(args) == 3 && args[0] == "move":
		return move(ctx, o, args[1], args[2], out)
	}
	return cmdline.Usagef("what to do? %s", usage)
}

func list(ctx context.Context, o moving.Options, out io.Writer) error {
	m, lanes, err := moving.Where(ctx, o)
	if err != nil {
		return err
	}
	for i, set := range m.Sets {
		here, moved := 0, ""
		for l, at := range lanes {
			if at.Set == i {
				here++
				if at.Move > 0 {
					moved += fmt.Sprint(" ", l)
				}
			}
		}
		if moved != "" {
			moved = "; moved there:" + moved
		}
		if _, err := fmt.Fprintf(out, "%s at %s: %d lanes%s\n", set.Name, set.Master, here, moved); err != nil {
			return err
		}
	}
	return nil
}

func of(ctx context.Context, o moving.Options, room string, out io.Writer) error {
	m, lanes, err := moving.Where(ctx, o)
	if err != nil {
		return err
	}
	l := lane.Of(room)
	_, err = fmt.Fprintf(out, "%s is on lane %d, at %s\n", room, l, m.Sets[lanes[l].Set].Name)
	return err
}

func move(ctx context.Context, o moving.Options, number, to string, out io.Writer) error {
	l, err := lanemap.ParseLane(number)
	if err != nil {
		return cmdline.Usagef("%w", err)
	}
	r, err := moving.Move(ctx, o, l, to)
	switch {
	case err != nil:
		return err
	case r.Already:
		_, err = fmt.Fprintf(out, "lane %d is at %s\n", l, r.To)
	default:
		_, err = fmt.Fprintf(out, "lane %d has moved from %s to %s; nodes that hear it: %d; it took %v\n", l, r.From, r.To, r.Nodes, r.Took.Round(time.Millisecond))
	}
	return err
}
