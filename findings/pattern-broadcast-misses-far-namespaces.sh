#!/usr/bin/env bash
# Guess: io.of(/^\/team-\d+$/) stands for all namespaces of that form, so its emit(…) reaches every client in any of them, on
#   every server that shares the Redis, as io.of('/team-1').emit(…) does.
# Seen: it reaches the namespaces that this server itself has seen a client enter, and these on all servers. A namespace whose
#   clients are all at other servers hears nothing, until this server has once had a client there, or once named it.
# Versions: socket.io 4.8.4, @socket.io/redis-adapter 8.3.0, redis 5.10.0, redis-server 7.0.15; 2026-11-29.
# Matters: an announcement to all teams misses some, others with each server that makes it, and with one server none. Keep
#   the names in a set that all servers share, and emit by name.
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
const { createAdapter } = require('@socket.io/redis-adapter');

setTimeout(() => { console.log('no end within 40 s'); process.exit(1); }, 40000).unref();
const redis = () => createClient({ socket: { path: process.argv[2] } }).on('error', () => {}).connect();

async function startServer() {
  const web = createServer();
  const server = new Server(web, { adapter: createAdapter(await redis(), await redis()) });
  server.teams = server.of(/^\/team-\d+$/);
  await new Promise((ready) => web.listen(0, '127.0.0.1', ready));
  server.address = `http://127.0.0.1:${web.address().port}`;
  return server;
}

let heard = [];
async function startClient(server, team, name) {
  const client = io(server.address + team, { transports: ['websocket'], forceNew: true });
  client.on('news', () => heard.push(name));
  await new Promise((ready) => client.once('connect', ready));
  return client;
}

(async () => {
  const a = await startServer(), b = await startServer();
  const root = [await startClient(a, '/', 'root of a'), await startClient(b, '/', 'root of b')];
  await startClient(b, '/team-1', 'team 1 at b');
  await startClient(b, '/team-2', 'team 2 at b');
  await startClient(a, '/team-2', 'team 2 at a');

  // Once the clients of the root have heard a marker, Redis has passed on all that came before it, to both servers. The
  // moment after it is for the WebSockets of the other clients.
  async function marker(server) {
    const both = Promise.all(root.map((client) => new Promise((ok) => client.once('marker', ok))));
    const again = setInterval(() => server.emit('marker'), 100);
    await both;
    clearInterval(again);
    await new Promise((later) => setTimeout(later, 500));
  }
  async function say(text, server, emit) {
    heard = [];
    emit();
    await marker(server);
    console.log(`${text}: ${heard.sort().join(', ') || 'nobody'}`);
  }
  await marker(a);
  await marker(b);
  await say('a emits to the pattern', a, () => a.teams.emit('news'));
  await say('b emits to the pattern', b, () => b.teams.emit('news'));
  await say('a emits to /team-1', a, () => a.of('/team-1').emit('news'));
  await say('a emits to the pattern again', a, () => a.teams.emit('news'));
  process.exit(0);
})();
JS

expected='a emits to the pattern: team 2 at a, team 2 at b
b emits to the pattern: team 1 at b, team 2 at a, team 2 at b
a emits to /team-1: team 1 at b
a emits to the pattern again: team 1 at b, team 2 at a, team 2 at b'
seen=$(node try.js "$work/redis.sock") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: pattern-broadcast-misses-far-namespaces"
