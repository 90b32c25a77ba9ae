#!/usr/bin/env bash
# Guess: a Date without a value (new Date(NaN), what a form's empty field becomes) reaches every browser as null, as
#   JSON writes it.
# Seen: it is null for the clients of the server that emits, and 1970-01-01T00:00:00.000Z, a good date, for the clients
#   of every other server and for all clients when the emitter sends it. Redis carries MessagePack, and notepack.io
#   writes such a Date as a timestamp of zero.
# Versions: socket.io 4.8.4, @socket.io/redis-adapter 8.3.0, @socket.io/redis-emitter 5.1.0 (both with notepack.io 3.0.1),
#   redis 5.10.0; 2026-11-29.
# Matters: half of a room sees "never", the other half "1970", and no test with one server shows it. Send null yourself.
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
{"private": true, "dependencies": {"socket.io": "4.8.4", "socket.io-client": "4.8.4",
 "@socket.io/redis-adapter": "8.3.0", "@socket.io/redis-emitter": "5.1.0", "redis": "5.10.0", "notepack.io": "3.0.1"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1 ||
  { cat npm.log; echo "cannot tell: the packages could not be installed"; exit 2; }

# A socket in a folder: no port can be taken by somebody else.
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" --logfile redis.log &
redis=$!
for _ in $(seq 100); do [ ! -S redis.sock ] || break; sleep 0.1; done
[ -S redis.sock ] || { cat redis.log; echo "cannot tell: redis-server did not start"; exit 2; }

cat >emit.js <<'JS'
const { createServer } = require('http');
const { createClient } = require('redis');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const { createAdapter } = require('@socket.io/redis-adapter');
const { Emitter } = require('@socket.io/redis-emitter');

setTimeout(() => { console.log('no answer within 40 s'); process.exit(1); }, 40000).unref();
const redis = () => createClient({ socket: { path: process.argv[2] } }).on('error', () => {}).connect();

async function serverWithClient() {
  const web = createServer();
  const server = new Server(web, { adapter: createAdapter(await redis(), await redis()) });
  await new Promise((ready) => web.listen(0, '127.0.0.1', ready));
  const client = io(`http://127.0.0.1:${web.address().port}`, { transports: ['websocket'], forceNew: true });
  await new Promise((ready) => client.once('connect', ready));
  return { server, client };
}

(async () => {
  const a = await serverWithClient(), b = await serverWithClient(), emitter = new Emitter(await redis());
  // Until both have heard the emitter, one of them may not be subscribed yet.
  const heard = [a, b].map(({ client }) => new Promise((ok) => client.once('hello', ok)));
  const again = setInterval(() => emitter.emit('hello'), 20);
  await Promise.all(heard);
  clearInterval(again);

  for (const [name, sender] of [['server a', a.server], ['emitter', emitter]]) {
    const got = [a, b].map(({ client }) => new Promise((ok) => client.once('due', ok)));
    sender.emit('due', { at: new Date(NaN) });
    const [atA, atB] = (await Promise.all(got)).map((data) => JSON.stringify(data.at));
    console.log(`${name} emits: client of a gets ${atA}, client of b gets ${atB}`);
  }
  process.exit(0);
})();
JS

expected='server a emits: client of a gets null, client of b gets "1970-01-01T00:00:00.000Z"
emitter emits: client of a gets "1970-01-01T00:00:00.000Z", client of b gets "1970-01-01T00:00:00.000Z"'
seen=$(node emit.js "$work/redis.sock") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: no-date-is-1970-elsewhere"
