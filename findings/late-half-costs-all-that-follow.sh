#!/usr/bin/env bash
# Guess: PubSub.ReceiveTimeout that returns a timeout has read nothing: the caller looks after something else, calls again, and
#   gets the message when it comes.
# Seen: so it is as long as nothing has come. When the time ends within a message, the half that was read is gone. The next
#   call takes the other half for the beginning of an answer, "can't parse", go-redis connects anew, and with the old
#   connection go that message and all that had already arrived behind it. With the timeout left away nothing is lost.
# Versions: github.com/redis/go-redis/v9 v9.23.0, protocols 2 and 3, redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: a heartbeat by ReceiveTimeout turns a network that stands still for a moment into lost messages, and
#   a large one comes in many packets. Let Receive wait in a goroutine of its own, and the clock beside it.
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
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// through listens and hands on to the server at path. What the server says passes line by line through say.
func through(path string, say func(connection int, line string, client net.Conn) bool) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for n := 1; ; n++ {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", path)
			if err != nil {
				panic(err)
			}
			go func() {
				io.Copy(server, client)
				server.Close()
			}()
			go func() {
				for lines := bufio.NewReader(server); ; {
					line, err := lines.ReadString('\n')
					if err != nil || !say(n, line, client) {
						client.Close()
						server.Close()
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func main() {
	ctx := context.Background()
	publisher := redis.NewClient(&redis.Options{Network: "unix", Addr: os.Args[1]})
	for _, protocol := range []int{2, 3} {
		for _, timeout := range []time.Duration{-1, 200 * time.Millisecond} {
			connections := 0
			// The first connection stands still for a second in the middle of the second message.
			address := through(os.Args[1], func(n int, line string, client net.Conn) bool {
				connections = n
				half := 0
				if n == 1 && strings.HasPrefix(line, "second") {
					half = len(line) / 2
					io.WriteString(client, line[:half])
					time.Sleep(time.Second)
				}
				_, err := io.WriteString(client, line[half:])
				return err == nil
			})
			client := redis.NewClient(&redis.Options{Addr: address, Protocol: protocol})
			pubsub := client.Subscribe(ctx, "room")
			pubsub.Receive(ctx)
			for _, payload := range []string{"first", "second", "third", "fourth"} {
				publisher.Publish(ctx, "room", payload)
			}
			var heard, failed []string
			for last := ""; last != "fourth" && last != "fifth"; {
				got, err := pubsub.ReceiveTimeout(ctx, timeout)
				switch {
				case err == nil:
					if message, ok := got.(*redis.Message); ok {
						last = message.Payload
						heard = append(heard, last)
					} else { // subscribed again
						publisher.Publish(ctx, "room", "fifth")
					}
				case !strings.Contains(err.Error(), "i/o timeout"):
					failed = append(failed, err.Error())
				}
			}
			allowed := "no timeout"
			if timeout > 0 {
				allowed = fmt.Sprint("timeout of ", timeout)
			}
			fmt.Printf("protocol %d, %s: heard %v, errors %v, connections %d\n", protocol, allowed, heard, failed, connections)
			client.Close()
		}
	}
}
GO
cat >go.mod <<'MOD'
module example.com/finding

go 1.24

require github.com/redis/go-redis/v9 v9.23.0
MOD
export GOFLAGS=-mod=mod GOWORK=off
go build -o finding . 2>go.log || { cat go.log; echo "cannot tell: the package could not be built"; exit 2; }

start redis
expected='protocol 2, no timeout: heard [first second third fourth], errors [], connections 1
protocol 2, timeout of 200ms: heard [first fifth], errors [redis: can'\''t parse "nd"], connections 2
protocol 3, no timeout: heard [first second third fourth], errors [], connections 1
protocol 3, timeout of 200ms: heard [first fifth], errors [redis: can'\''t parse "nd"], connections 2'
seen=$(timeout 60 ./finding "$work/redis") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: late-half-costs-all-that-follow"
