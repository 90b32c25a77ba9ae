#!/usr/bin/env bash
# Guess: RESP3 lets one connection subscribe and run commands, and its commands work as they do anywhere else.
# Seen: from its first subscription on, Redis counts the connection among the Pub/Sub clients, whose output may not pass 32 MB,
#   or 8 MB for a minute, whatever it consists of. Ordinary clients have no limit. An answer of 40 MB comes before SUBSCRIBE,
#   and again after UNSUBSCRIBE; between the two, Redis closes the connection instead of answering, and messages are lost
#   until it is there again. The client says "Socket closed unexpectedly"; only the server's log tells why.
# Versions: redis (npm) 6.3.1, where RESP3 is the default, redis-server 7.0.15 (Debian 12); 2026-11-29.
# Matters: whoever loads a long history by the connection that hears the chat loses both. Take two connections.
set -euo pipefail

for program in node npm redis-server; do
  command -v "$program" >/dev/null || { echo "skipped: there is no $program on the PATH"; exit 77; }
done
work=$(mktemp -d)
redis=
end() {
  [ -z "$redis" ] || { kill -KILL "$redis" && wait "$redis"; } 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

cat >package.json <<'JSON'
{"private": true, "dependencies": {"redis": "6.3.1"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1 ||
  { cat npm.log; echo "cannot tell: the packages could not be installed"; exit 2; }

redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" --logfile redis.log &
redis=$!
for _ in $(seq 100); do [ ! -S redis.sock ] || break; sleep 0.1; done
[ -S redis.sock ] || { cat redis.log; echo "cannot tell: redis-server did not start"; exit 2; }

cat >try.js <<'JS'
const { createClient } = require('redis');

setTimeout(() => { console.log('no end within 40 s'); process.exit(1); }, 40000).unref();

(async () => {
  let lost = 0;
  const client = createClient({ socket: { path: process.argv[2] } }).on('error', () => {}).on('reconnecting', () => lost++);
  await client.connect();
  for (let i = 0; i < 40; i++) await client.rPush('history', 'x'.repeat(1e6));

  async function load(when) {
    const before = lost;
    const got = await client.lRange('history', 0, -1).then((lines) => `${lines.length} lines of 1 MB`, (error) => error.message);
    while (got.includes('closed') && lost === before) await new Promise((soon) => setTimeout(soon, 10));
    console.log(`${when}: ${got}${lost > before ? ', the connection is lost' : ''}`);
  }
  await load('before');
  await client.subscribe('room', () => {});
  await load('subscribed');
  await client.unsubscribe('room');
  await load('unsubscribed');
  console.log(`limits: ${(await client.configGet('client-output-buffer-limit'))['client-output-buffer-limit']}`);
  process.exit(0);
})();
JS

expected='before: 40 lines of 1 MB
subscribed: Socket closed unexpectedly, the connection is lost
unsubscribed: 40 lines of 1 MB
limits: normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60
log of the server: for overcoming of output buffer limits'
seen=$(node try.js "$work/redis.sock") || true
seen="$seen
log of the server: $(grep -o 'for overcoming of output buffer limits' redis.log | sort -u)"
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: subscribing-limits-all-answers"
