#!/usr/bin/env bash
# Guess: "redis-cli --replica", which prints what a master sends to its replicas, only looks on.
# Seen: the master counts it. connected_slaves is one more, ROLE and INFO list it with port 0. It says once that it has
#   come to 0, and nothing after that, so WAIT for all replicas waits for its whole timeout and comes back one short. For the
#   first ten seconds min-replicas-to-write takes it for a good replica, too: a master that has lost all others accepts writes.
# Versions: redis-server and redis-cli 7.0.15 (Debian 12); 2026-11-29.
# Matters: whoever looks at the stream of a chat's master makes each receipt by WAIT late and short, and programs that find
#   the replicas by ROLE or INFO try port 0. Look on at a replica instead: replicas pass the stream on.
set -euo pipefail

for program in redis-server redis-cli; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program on the PATH"; exit 77; }
done
work=$(mktemp -d)
started=()
end() {
  for pid in ${started[@]+"${started[@]}"}; do kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT
cd "$work"

# Starts a redis-server with the given options; its port is in $port.
start() {
  for port in $(seq $((26000 + RANDOM % 900)) 27000); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break # nobody listens there
  done
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" --logfile "$port.log" \
    --repl-diskless-sync-delay 0 "$@" &
  started+=($!)
  for _ in $(seq 100); do ! grep -qs 'Ready to accept' "$port.log" || return 0; sleep 0.1; done
  cat "$port.log"; echo "cannot tell: redis-server did not start"; exit 2
}
publish_and_wait() { printf 'PUBLISH news hello\nWAIT %s %s\n' "$1" "$2" | redis-cli -p "$master" | tail -1; }
set_answers() { redis-cli -p "$master" set k v | cut -d' ' -f1; }
connected() { redis-cli -p "$master" info replication | tr -d '\r' | sed -n 's/^connected_slaves://p'; }
without_port() { redis-cli -p "$master" info replication | grep -c 'port=0,state=online' || true; }
state() {
  local replicas
  replicas=$(connected)
  echo "$1: replicas $replicas, with port 0: $(without_port), WAIT $replicas: $(publish_and_wait "$replicas" 2000)"
}

start; master=$port
start --replicaof "127.0.0.1 $master"
replica=${started[1]}
for _ in $(seq 60); do [ "$(publish_and_wait 1 500)" != 1 ] || break; done
seen=$(state 'before')

redis-cli -p "$master" --replica >stream.log 2>&1 &
started+=($!)
for _ in $(seq 100); do [ "$(without_port)" = 0 ] || break; sleep 0.1; done
seen="$seen
$(state 'with the onlooker')"

redis-cli -p "$master" config set min-replicas-to-write 1 >/dev/null
{ kill -KILL "$replica" && wait "$replica"; } 2>/dev/null || true
for _ in $(seq 100); do [ "$(connected)" != 1 ] || break; sleep 0.1; done
seen="$seen
the replica dead, min-replicas-to-write 1: SET answers $(set_answers)"
for _ in $(seq 30); do [ "$(set_answers)" = OK ] || break; sleep 1; done
seen="$seen
some seconds later: SET answers $(set_answers)"

expected='before: replicas 1, with port 0: 0, WAIT 1: 1
with the onlooker: replicas 2, with port 0: 1, WAIT 2: 1
the replica dead, min-replicas-to-write 1: SET answers OK
some seconds later: SET answers NOREPLICAS'
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: onlooker-counts-as-a-replica"
