#!/usr/bin/env bash
# Guess: redis.NewRing spreads channels over several servers as it spreads keys, for Subscribe as for Publish.
# Seen: Publish goes to the server of the channel's name, and Subscribe with all of its channels to the server of the first
#   one. All ten subscriptions are confirmed, and five of ten messages arrive. PSubscribe places the pattern by its own text.
#   Only the 0 that Publish returns tells, and PubSubNumSub asks one server at random.
# Versions: github.com/redis/go-redis/v9 v9.23.0, redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: whoever takes a Ring to scale a chat's Pub/Sub out loses the rooms that are not at the first one's server, without
#   an error. Subscribe to each channel by a call of its own.
set -euo pipefail

for program in go redis-server; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program on the PATH"; exit 77; }
done
work=$(mktemp -d)
started=()
end() {
  for pid in ${started[@]+"${started[@]}"}; do kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

# Starts a redis-server whose socket is $1.
start() {
  redis-server --port 0 --unixsocket "$work/$1" --save '' --dir "$work" --logfile "$1.log" &
  started+=($!)
  for _ in $(seq 100); do [ ! -S "$1" ] || return 0; sleep 0.1; done
  cat "$1.log"; echo "cannot tell: redis-server did not start"; exit 2
}

cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

// heard counts the messages of a subscription until there is one that says "end".
func heard(ctx context.Context, pubsub *redis.PubSub) int {
	for n := 0; ; {
		switch got, err := pubsub.ReceiveTimeout(ctx, 10*time.Second); message := got.(type) {
		case *redis.Message:
			if message.Payload == "end" {
				return n
			}
			n++
		default:
			if err != nil {
				return -1
			}
		}
	}
}

func main() {
	ctx := context.Background()
	ring := redis.NewRing(&redis.RingOptions{
		Addrs: map[string]string{"one": os.Args[1], "two": os.Args[2]},
		NewClient: func(opt *redis.Options) *redis.Client {
			opt.Network = "unix"
			return redis.NewClient(opt)
		},
	})
	var rooms []string
	for i := range 10 {
		rooms = append(rooms, fmt.Sprint("room:", i))
	}
	// try waits until each has confirmed its subscriptions, publishes one message to each room, and "end" at each server, and tells what a subscription has heard.
	try := func(name string, subscriptions int, pubsubs ...*redis.PubSub) {
		confirmed := 0
		for _, pubsub := range pubsubs {
			for range subscriptions {
				if _, err := pubsub.ReceiveTimeout(ctx, 10*time.Second); err == nil {
					confirmed++
				}
			}
		}
		receivers := int64(0)
		for _, room := range rooms {
			receivers += ring.Publish(ctx, room, "hello").Val()
		}
		ring.ForEachShard(ctx, func(ctx context.Context, shard *redis.Client) error {
			for _, room := range rooms {
				shard.Publish(ctx, room, "end")
			}
			return nil
		})
		total := 0
		for _, pubsub := range pubsubs {
			total += heard(ctx, pubsub)
			pubsub.Close()
		}
		fmt.Printf("%s: confirmed %d, receivers %d, heard %d of 10\n", name, confirmed, receivers, total)
	}
	try("one Subscribe", len(rooms), ring.Subscribe(ctx, rooms...))
	try("one pattern", 1, ring.PSubscribe(ctx, "room:*"))
	var each []*redis.PubSub
	for _, room := range rooms {
		each = append(each, ring.Subscribe(ctx, room))
	}
	try("a Subscribe for each", 1, each...)
}
GO
cat >go.mod <<'MOD'
module example.com/finding

go 1.24

require github.com/redis/go-redis/v9 v9.23.0
MOD
export GOFLAGS=-mod=mod GOWORK=off
go build -o finding . 2>go.log || { cat go.log; echo "cannot tell: the package could not be built"; exit 2; }

start one
start two
expected='one Subscribe: confirmed 10, receivers 5, heard 5 of 10
one pattern: confirmed 1, receivers 5, heard 5 of 10
a Subscribe for each: confirmed 10, receivers 10, heard 10 of 10'
seen=$(timeout 60 ./finding "$work/one" "$work/two") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: ring-subscribes-at-one-server"
