#!/usr/bin/env bash
# Guess: fetchSockets() gives what each socket's data holds, the same for sockets of this server and of others. Should it be
#   written down on the way, it is always in the same way.
# Seen: an own socket's data is the very object. Another server's went through JSON, with the classic adapter always: a Date
#   is a text, a Buffer {type: "Buffer", …}, a Set {}. The sharded adapter writes JSON, too, but MessagePack as soon as one
#   value in the answer is binary: then every Date in it is a Date, also those of other sockets. So the type of one user's
#   "since" hangs on whether somebody else at that server has a picture. serverSideEmit does the same with its arguments.
# Versions: socket.io 4.8.4, @socket.io/redis-adapter 8.3.0, redis 5.10.0, redis-server 7.0.15; 2026-11-29.
# Matters: since.getTime() works with one server, fails for others' sockets with two, and with the sharded adapter now and
#   then. Put texts and numbers into data, and nothing else.
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
 "@socket.io/redis-adapter": "8.3.0", "redis": "5.10.0"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1 ||
  { cat npm.log; echo "cannot tell: the packages could not be installed"; exit 2; }

redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" --logfile redis.log &
redis=$!
for _ in $(seq 100); do [ ! -S redis.sock ] || break; sleep 0.1; done
[ -S redis.sock ] || { cat redis.log; echo "cannot tell: redis-server did not start"; exit 2; }

cat >try.js <<'JS'
const { createServer } = require('http');
const { createClient } = require('redis');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const { createAdapter, createShardedAdapter } = require('@socket.io/redis-adapter');

setTimeout(() => { console.log('no end within 40 s'); process.exit(1); }, 40000).unref();
const redis = () => createClient({ socket: { path: process.argv[2] } }).on('error', () => {}).connect();
const kind = (value) => value.constructor.name;

async function serverWithClients(create, names) {
  const web = createServer();
  const server = new Server(web, { adapter: create(await redis(), await redis()) });
  server.on('connection', (socket) => { socket.data = { name: socket.handshake.auth.name, since: new Date(0) }; });
  await new Promise((ready) => web.listen(0, '127.0.0.1', ready));
  for (const name of names) {
    const client = io(`http://127.0.0.1:${web.address().port}`,
      { transports: ['websocket'], forceNew: true, auth: { name } });
    await new Promise((ready) => client.once('connect', ready));
  }
  return server;
}

(async () => {
  for (const [adapter, create] of [['classic', createAdapter], ['sharded', createShardedAdapter]]) {
    const a = await serverWithClients(create, ['own']), b = await serverWithClients(create, ['ann', 'bob']);
    async function fetched() {
      for (;;) { // until a knows of b
        const sockets = await a.fetchSockets().catch(() => []);
        if (sockets.length === 3) return Object.fromEntries(sockets.map(({ data }) => [data.name, data]));
      }
    }
    async function emitted(...values) {
      const got = new Promise((ok) => b.once('values', (...there) => ok(there.map(kind).join(' and '))));
      a.serverSideEmit('values', ...values);
      return got;
    }
    let data = await fetched();
    console.log(`${adapter}: since is a ${kind(data.own.since)} for the own socket, a ${kind(data.ann.since)} for ann`);
    for (const socket of b.sockets.sockets.values()) {
      if (socket.data.name === 'bob') socket.data.picture = Buffer.from('bytes');
    }
    data = await fetched();
    console.log(`${adapter}, bob has a picture: since is a ${kind(data.ann.since)} for ann, the picture a ${kind(data.bob.picture)}`);
    console.log(`${adapter}, serverSideEmit: a Date comes as ${await emitted(new Date(0))},`,
      `a Date and a Buffer as ${await emitted(new Date(0), Buffer.from('bytes'))}`);
  }
  process.exit(0);
})();
JS

expected='classic: since is a Date for the own socket, a String for ann
classic, bob has a picture: since is a String for ann, the picture a Object
classic, serverSideEmit: a Date comes as String, a Date and a Buffer as String and Object
sharded: since is a Date for the own socket, a String for ann
sharded, bob has a picture: since is a Date for ann, the picture a Buffer
sharded, serverSideEmit: a Date comes as String, a Date and a Buffer as Date and Buffer'
seen=$(node try.js "$work/redis.sock") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: date-stays-a-date-beside-bytes"
