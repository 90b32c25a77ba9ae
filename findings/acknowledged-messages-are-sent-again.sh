#!/usr/bin/env bash
# Guess: when a connection breaks in the middle of a pipeline's answers, the commands that have theirs are done, and at most
#   those without an answer are tried again.
# Seen: all are sent again, those that had been answered too. Subscribers hear the whole pipeline twice, and the caller sees
#   neither an error nor a sign. With MaxRetries: -1 nothing is sent twice, but then every command carries the error, also
#   the two whose answer had been read: sending again "what has failed" doubles them by hand. A transaction is never sent again.
# Versions: github.com/redis/go-redis/v9 v9.23.0, redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: a chat that publishes by pipelines shows whole bursts twice after a blip. Send each message in a command of its own,
#   with MaxRetries: -1, or number the messages and let the receivers drop what they have.
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
	direct := redis.NewClient(&redis.Options{Network: "unix", Addr: os.Args[1]})
	pubsub := direct.Subscribe(ctx, "room")
	pubsub.Receive(ctx)
	for _, retries := range []int{0, -1} { // 0 stands for the default, three
		for _, kind := range []string{"pipeline", "transaction"} {
			passed, armed := 0, true
			// Of the first four answers ":1" two pass; then the connection breaks.
			address := through(os.Args[1], func(_ int, line string, client net.Conn) bool {
				if line == ":1\r\n" && armed {
					if passed == 2 {
						armed = false
						return false
					}
					passed++
				}
				_, err := io.WriteString(client, line)
				return err == nil
			})
			client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: retries})
			batch := client.Pipeline()
			if kind == "transaction" {
				batch = client.TxPipeline()
			}
			for _, text := range []string{"a", "b", "c", "d"} {
				batch.Publish(ctx, "room", text)
			}
			commands, err := batch.Exec(ctx)
			failed, values := 0, []int64{}
			for _, command := range commands {
				if command.Err() != nil {
					failed++
				}
				if publish, ok := command.(*redis.IntCmd); ok {
					values = append(values, publish.Val())
				}
			}
			direct.Publish(ctx, "room", "end")
			var heard []string
			for {
				message, err := pubsub.ReceiveMessage(ctx)
				if err != nil || message.Payload == "end" {
					break
				}
				heard = append(heard, message.Payload)
			}
			fmt.Printf("%s, MaxRetries %d: heard %s; error %v, %d commands with an error, answers %v\n",
				kind, retries, strings.Join(heard, " "), err, failed, values)
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
expected='pipeline, MaxRetries 0: heard a b c d a b c d; error <nil>, 0 commands with an error, answers [1 1 1 1]
transaction, MaxRetries 0: heard a b c d; error EOF, 4 commands with an error, answers [1 1 0 0]
pipeline, MaxRetries -1: heard a b c d; error EOF, 4 commands with an error, answers [1 1 0 0]
transaction, MaxRetries -1: heard a b c d; error EOF, 4 commands with an error, answers [1 1 0 0]'
seen=$(timeout 60 ./finding "$work/redis") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: acknowledged-messages-are-sent-again"
