#!/usr/bin/env bash
# Guess: a subscriber that stops reading costs its own buffer, 32 MB at most, and is cut off then. Keys have nothing to do
#   with Pub/Sub, so maxmemory and its policy do not either.
# Seen: what waits for subscribers counts as memory in use, and PUBLISH is never refused. Keys are evicted, all of them,
#   before the subscriber has reached the limit and while it is still connected; its going away brings none back. With the
#   policy noeviction no key goes, but each SET is refused, and PUBLISH still fills the buffer. Subscribed at a replica, the
#   same subscriber costs no key: replicas do not evict.
# Versions: redis-server 7.0.15 (Debian 12), 1,000 keys of 2 KB, maxmemory 16 MB, 28 messages of 1 MB; 2026-11-29.
# Matters: one stalled chat server signs everybody out whose session is in the same Redis. Give Pub/Sub a server of its own,
#   subscribe at replicas, or set client-output-buffer-limit pubsub to far less than maxmemory leaves free.
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
    --repl-diskless-sync-delay 0 --maxmemory 16mb "$@" &
  started+=($!)
  for _ in $(seq 100); do ! grep -qs 'Ready to accept' "$port.log" || return 0; sleep 0.1; done
  cat "$port.log"; echo "cannot tell: redis-server did not start"; exit 2
}

value=$(head -c 2000 /dev/zero | tr '\0' x)
head -c 1000000 /dev/zero | tr '\0' m >message
# Publishes at server $1 with a subscriber at server $2 that never reads, and tells what becomes of the keys of $1.
try() {
  local before after answers=0 subscribers write
  for i in $(seq 1000); do echo "SET session:$i $value"; done | redis-cli -p "$1" >/dev/null
  before=$(redis-cli -p "$1" dbsize)
  exec 4<>"/dev/tcp/127.0.0.1/$2"
  printf 'SUBSCRIBE room\r\n' >&4
  for _ in $(seq 100); do [ "$(redis-cli -p "$2" pubsub numsub room | tail -1)" != 1 ] || break; sleep 0.1; done
  for _ in $(seq 28); do
    ! redis-cli -p "$1" -x publish room <message | grep -qx '[01]' || answers=$((answers + 1))
  done
  redis-cli -p "$1" wait 1 3000 >/dev/null
  subscribers=$(redis-cli -p "$2" pubsub numsub room | tail -1)
  write=$(redis-cli -p "$1" set note x | cut -d' ' -f1)
  exec 4>&-
  for _ in $(seq 100); do [ "$(redis-cli -p "$2" pubsub numsub room | tail -1)" != 0 ] || break; sleep 0.1; done
  after=$(redis-cli -p "$1" --scan --pattern 'session:*' | wc -l)
  echo "$3: PUBLISH answered $answers of 28, still connected $subscribers, SET answers $write, sessions $before before, $after after"
}

start --maxmemory-policy allkeys-lru; evicts=$port
start --maxmemory-policy noeviction; refuses=$port
start --maxmemory-policy allkeys-lru; master=$port
start --maxmemory-policy allkeys-lru --replicaof "127.0.0.1 $master"; replica=$port
for _ in $(seq 60); do
  [ "$(printf 'SET k v\nWAIT 1 500\n' | redis-cli -p "$master" | tail -1)" != 1 ] || break
done
redis-cli -p "$master" del k >/dev/null
seen="$(try "$evicts" "$evicts" 'allkeys-lru')
$(try "$refuses" "$refuses" 'noeviction')
$(try "$master" "$replica" 'allkeys-lru, subscribed at a replica')"
expected='allkeys-lru: PUBLISH answered 28 of 28, still connected 1, SET answers OOM, sessions 1000 before, 0 after
noeviction: PUBLISH answered 28 of 28, still connected 1, SET answers OOM, sessions 1000 before, 1000 after
allkeys-lru, subscribed at a replica: PUBLISH answered 28 of 28, still connected 1, SET answers OK, sessions 1000 before, 1000 after'
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: silent-subscriber-empties-the-server"
