#!/usr/bin/env bash
# Guess: a message of 100 bytes costs a master about 150 bytes for each replica, by SPUBLISH in a Redis Cluster as by PUBLISH without one.
#   Sharded Pub/Sub was made so that messages cost the network of a cluster less.
# Seen: a sharded message leaves the master in a frame of the cluster's bus, one to each replica, and each frame's head holds the map
#   of all 16384 slots, a bit for each: 2 KB. So 100 bytes cost 2,368 for each replica, where they cost 135 by the replication
#   stream. Messages that are sent together share nothing.
# Versions: redis-server 7.0.15 (Debian 12), Linux; 2026-11-30.
# Matters: a system with many small messages and many replicas (chat, presence, prices) can fill its network by the move to SPUBLISH
#   that was to save it. Count bytes as the operating system does: INFO's total_net_output_bytes leaves the bus out.
set -euo pipefail

for program in redis-server redis-cli; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program on the PATH"; exit 77; }
done
[ -r /proc/self/io ] || { echo "skipped: there is no /proc/PID/io here, by which bytes are counted"; exit 77; }
work=$(mktemp -d)
started=()
end() {
  for pid in ${started[@]+"${started[@]}"}; do kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT
cd "$work"

# Waits until a command says something.
until_says() {
  local words=$1
  shift
  for _ in $(seq 200); do ! "$@" 2>/dev/null | grep -q "$words" || return 0; sleep 0.1; done
  echo "it never came: $words" >&2
  return 1
}

# Starts a server on port $1 with the rest as its settings. Its process's number is in $pid then.
start() {
  local port=$1
  shift
  mkdir "$port"
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work/$port" --logfile log "$@" &
  pid=$!
  started+=("$pid")
  until_says PONG redis-cli -p "$port" ping
}

# What the process $2 writes for each of 2000 messages of 100 bytes that are published by the command $3 at port $1, but for the answers.
written() {
  local port=$1 process=$2 command=$3 before after
  local text
  text=$(printf 'x%.0s' $(seq 100))
  wchar() { awk '/^wchar/ { print $2 }' "/proc/$process/io"; }
  before=$(wchar)
  redis-cli -p "$port" -r 2000 "$command" room "$text" >/dev/null
  sleep 0.5
  after=$(wchar)
  echo $(((after - before) / 2000 - 4)) # an answer, ":0" or ":1", has 4 bytes
}

base=$((20000 + $$ % 2000 * 4))
start "$base"
plain=$pid
start $((base + 1)) --replicaof 127.0.0.1 "$base"
until_says 'state=online' redis-cli -p "$base" info replication

start $((base + 2)) --cluster-enabled yes
shard=$pid
start $((base + 3)) --cluster-enabled yes
redis-cli -p $((base + 2)) cluster addslotsrange 0 16383 >/dev/null
redis-cli -p $((base + 3)) cluster meet 127.0.0.1 $((base + 2)) >/dev/null
until_says cluster_state:ok redis-cli -p $((base + 3)) cluster info
until_says OK redis-cli -p $((base + 3)) cluster replicate "$(redis-cli -p $((base + 2)) cluster myid)"
until_says 'state=online' redis-cli -p $((base + 2)) info replication

by_stream=$(written "$base" "$plain" publish)
by_bus=$(written $((base + 2)) "$shard" spublish)
echo "bytes for a message of 100, to one replica: $by_stream by PUBLISH, $by_bus by SPUBLISH"
if [ "$by_stream" -gt 160 ] || [ "$by_bus" -lt 2300 ] || [ "$by_bus" -gt 2500 ]; then
  echo "CHANGED. It was: 135 by PUBLISH, 2368 to 2370 by SPUBLISH"
  exit 1
fi
echo "unchanged: sharded-message-brings-the-map-of-slots"
