#!/usr/bin/env bash
# Guess: XREAD on two streams brings what both have, whether it had to wait or not. After a transaction that adds to both, a reader
#   that waits gets both parts, as one that comes afterwards does.
# Seen: a reader that waits is answered by one of the streams alone, the first one that the transaction has touched, with all of its
#   new entries and none of the other's. Without waiting the same command brings both. So the same XREAD gives both or one, by the
#   moment at which it is sent; the order of the streams in the command decides nothing.
# Versions: redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: whoever writes "message, then the note that refers to it" into two streams at once, and reads both, can see the note
#   without the message. After a wait that brought one stream, ask once more without BLOCK before you draw conclusions from what is missing.
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
redis-server --port 0 --unixsocket "$work/s" --save '' --dir "$work" --logfile log &
started+=($!)
for _ in $(seq 100); do [ ! -S s ] || break; sleep 0.1; done
redis() { redis-cli -s "$work/s" "$@"; }

# A reader waits for both streams, from $1 on; the transaction adds to them in the order of the rest.
wait_for_both() {
  local from=$1
  shift
  : >heard
  redis --csv xread block 0 streams messages notes "$from" "$from" >heard &
  local reader=$!
  for _ in $(seq 100); do ! redis info clients | grep -q 'blocked_clients:1' || break; sleep 0.1; done
  { echo MULTI; for stream in "$@"; do echo "XADD $stream $((${from%-*} + 1))-1 text $stream"; done; echo EXEC; } | redis >/dev/null
  wait "$reader"
  cat heard
}

seen="waiting, messages first: $(wait_for_both 0-0 messages notes)
waiting, notes first: $(wait_for_both 1-1 notes messages)
without waiting: $(redis --csv xread streams messages notes 1-1 1-1)"
expected='waiting, messages first: "messages","1-1","text","messages"
waiting, notes first: "notes","2-1","text","notes"
without waiting: "messages","2-1","text","messages","notes","2-1","text","notes"'
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: waiting-for-two-streams-brings-one"
