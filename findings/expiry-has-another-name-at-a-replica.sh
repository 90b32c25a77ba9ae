#!/usr/bin/env bash
# Guess: keyspace notifications at a replica are those of its master, or there are none. A node that subscribes at its own
#   replica to __keyevent@0__:expired learns who has gone when a key with a time to live ends.
# Seen: a replica tells of the commands that it is sent, and these have been rewritten. A key that expires is "expired" at the
#   master and "del" at the replica; "spop" becomes "srem", "incrbyfloat" becomes "set", "hincrbyfloat" becomes "hset". Of
#   its master's keys a replica never says "expired", whatever notify-keyspace-events is there.
# Versions: redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: presence by expiring keys works as long as there is one server, and is silent at replicas. There "del" must be
#   listened to as well, which also comes for keys that somebody has deleted.
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

# Starts a redis-server that tells of all keys, with further options; its port is in $port.
start() {
  for port in $(seq $((26000 + RANDOM % 900)) 27000); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break # nobody listens there
  done
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" --logfile "$port.log" \
    --repl-diskless-sync-delay 0 --notify-keyspace-events AKE "$@" &
  started+=($!)
  for _ in $(seq 100); do ! grep -qs 'Ready to accept' "$port.log" || return 0; sleep 0.1; done
  cat "$port.log"; echo "cannot tell: redis-server did not start"; exit 2
}

start; master=$port
start --replicaof "127.0.0.1 $master"; replica=$port
for _ in $(seq 60); do
  [ "$(printf 'SET k v\nWAIT 1 500\n' | redis-cli -p "$master" | tail -1)" != 1 ] || break
done
for p in "$master" "$replica"; do
  : >"heard-$p"
  redis-cli -p "$p" --csv psubscribe '__keyevent@0__:*' >"heard-$p" 2>&1 &
  started+=($!)
  for _ in $(seq 100); do [ ! -s "heard-$p" ] || break; sleep 0.1; done
done

redis-cli -p "$master" >/dev/null <<'COMMANDS'
SET online:ann 1 PX 200
SADD seats 1 2 3
SPOP seats
INCRBYFLOAT price 1.5
HINCRBYFLOAT user:ann balance 1.5
COMMANDS
for _ in $(seq 200); do # until the key has expired, which the server looks for ten times a second
  ! grep -q '"__keyevent@0__:expired"' "heard-$master" || break
  sleep 0.1
done
redis-cli -p "$master" set end 1 >/dev/null
for p in "$master" "$replica"; do
  for _ in $(seq 100); do ! grep -q '"end"' "heard-$p" || break; sleep 0.1; done
done

events() { awk -F'"' -v key="$2" '$8 == key { sub(/.*:/, "", $6); printf " %s", $6 }' "heard-$1"; }
seen=$(for key in online:ann seats price user:ann; do
  echo "$key: at the master$(events "$master" "$key"), at the replica$(events "$replica" "$key")"
done)
expected='online:ann: at the master set expire expired, at the replica set expire del
seats: at the master sadd spop, at the replica sadd srem
price: at the master incrbyfloat, at the replica set
user:ann: at the master hincrbyfloat, at the replica hset'
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: expiry-has-another-name-at-a-replica"
