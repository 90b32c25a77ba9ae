#!/usr/bin/env bash
# Guess: PUBLISH at a replica reaches nobody but its own subscribers, a mistake that is easily made. With
#   rename-command PUBLISH "" in its configuration it can no longer be made, and the master's messages arrive as before.
# Seen: none arrives any more. The replica runs its master's commands by their names, too, and no longer knows this one. The
#   link is up, the offsets are equal, and WAIT at the master counts the replica. Only its log tells. A right that is taken
#   away (ACL SETUSER default -publish) does what was wanted: it binds clients, and not the master.
# Versions: redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: a node that subscribes there is deaf, and lag, link and WAIT all say that it is well. Take rights, never names.
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

start; master=$port
start --replicaof "127.0.0.1 $master"; usual=$port
start --replicaof "127.0.0.1 $master"; right=$port
start --replicaof "127.0.0.1 $master" --rename-command PUBLISH ''; name=$port
redis-cli -p "$right" acl setuser default -publish >/dev/null
for _ in $(seq 60); do
  [ "$(printf 'SET k v\nWAIT 3 500\n' | redis-cli -p "$master" | tail -1)" != 3 ] || break
done

for p in "$usual" "$right" "$name"; do
  : >"heard-$p"
  redis-cli -p "$p" subscribe news >"heard-$p" 2>&1 &
  started+=($!)
  for _ in $(seq 100); do ! grep -q '^1$' "heard-$p" || break; sleep 0.1; done
done
refused() { # does this replica refuse a client's PUBLISH?
  case $(redis-cli -p "$1" publish nobody x 2>&1) in 0) echo taken ;; *NOPERM* | *"unknown command"*) echo refused ;; *) echo '?' ;; esac
}
told=$(printf 'PUBLISH news hello\nWAIT 3 20000\n' | redis-cli -p "$master" | tail -1)
sleep 1
row() {
  local offset
  field() { redis-cli -p "$1" info replication | tr -d '\r' | sed -n "s/^$2://p"; }
  offset=behind
  for _ in $(seq 50); do
    [ "$(field "$1" slave_repl_offset)" != "$(field "$master" master_repl_offset)" ] || { offset=equal; break; }
    sleep 0.1
  done
  printf '%-28s a client'\''s PUBLISH is %s, link %s, offset %s, its subscriber hears %s\n' "$2:" "$(refused "$1")" \
    "$(field "$1" master_link_status)" "$offset" "$(grep -x hello "heard-$1" || echo nothing)"
}
logged() { grep -o "sending an error to its master: 'unknown command 'PUBLISH'" "$name.log" | sort -u; }
seen="WAIT 3 at the master: $told
$(row "$usual" 'as usual')
$(row "$right" 'without the right')
$(row "$name" 'without the name')
in the log of the last: $(logged)"
expected="WAIT 3 at the master: 3
as usual:                    a client's PUBLISH is taken, link up, offset equal, its subscriber hears hello
without the right:           a client's PUBLISH is refused, link up, offset equal, its subscriber hears hello
without the name:            a client's PUBLISH is refused, link up, offset equal, its subscriber hears nothing
in the log of the last: sending an error to its master: 'unknown command 'PUBLISH'"
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: replica-without-publish-hears-nothing"
