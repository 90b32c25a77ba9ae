#!/usr/bin/env bash
# Guess: a client that Redis turns away because of maxclients is told "ERR max number of clients reached", the sentence
#   that Redis sends before it closes.
# Seen: go-redis says "broken pipe", "connection reset by peer" or, on a busy machine, "EOF", twenty times of twenty. It takes
#   the sentence for the answer to its HELLO, goes on as with a server that is too old for HELLO, and writes into a closed
#   connection.
# Versions: github.com/redis/go-redis/v9 v9.23.0, redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: whoever runs out of connections looks for a fault of the network. Read what is left in the socket when a write fails.
set -euo pipefail

for program in go redis-server redis-cli; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program on the PATH"; exit 77; }
done
work=$(mktemp -d)
redis=
held=
end() {
  for pid in $held $redis; do kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

for port in $(seq $((26000 + RANDOM % 900)) 27000); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break # nobody listens there
done
redis-server --port "$port" --bind 127.0.0.1 --maxclients 1 --save '' --dir "$work" --logfile redis.log &
redis=$!
for _ in $(seq 100); do ! grep -qs 'Ready to accept' redis.log || break; sleep 0.1; done
grep -qs 'Ready to accept' redis.log || { cat redis.log; echo "cannot tell: redis-server did not start"; exit 2; }

# The one client that is let in: it has subscribed, so it is there and stays.
redis-cli -p "$port" subscribe news >held.log &
held=$!
for _ in $(seq 100); do [ ! -s held.log ] || break; sleep 0.1; done

cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

func main() {
	told, network := 0, 0
	for range 20 {
		client := redis.NewClient(&redis.Options{Addr: os.Args[1], MaxRetries: -1})
		switch err := client.Ping(context.Background()).Err(); {
		case err == nil:
			fmt.Println("it was let in")
		case strings.Contains(err.Error(), "max number of clients"):
			told++
		case strings.Contains(err.Error(), "broken pipe"), strings.Contains(err.Error(), "connection reset by peer"),
			errors.Is(err, io.EOF): // which of them depends on how far Redis has closed by then
			network++
		default:
			fmt.Println("another error:", err)
		}
		client.Close()
	}
	fmt.Printf("go-redis, 20 connections: %d times what Redis says, %d times a broken connection\n", told, network)
}
GO
cat >go.mod <<'MOD'
module example.com/refused

go 1.24

require github.com/redis/go-redis/v9 v9.23.0
MOD
export GOFLAGS=-mod=mod GOWORK=off
go build -o refused . 2>go.log || { cat go.log; echo "cannot tell: go-redis could not be built"; exit 2; }

expected='Redis sends: -ERR max number of clients reached
go-redis, 20 connections: 0 times what Redis says, 20 times a broken connection'
exec 3<>"/dev/tcp/127.0.0.1/$port" # reads, and writes nothing
IFS= read -r -t 10 line <&3 || line=nothing
exec 3>&-
seen="Redis sends: ${line%$'\r'}
$(./refused "127.0.0.1:$port")"
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: refused-client-hears-broken-pipe"
