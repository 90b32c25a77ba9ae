#!/usr/bin/env bash
# Guess: io.socketsJoin(room) and then io.to(room).emit(…), in this order by one server, reaches all whom the first line put
#   into the room. Should a message win the race, it is one for clients of another server.
# Seen: with the classic adapter the clients of the server itself hear nothing, and those of every other server hear it: it
#   hands its own joining over by Redis, and delivers its own messages at once. With the sharded adapter it is the other
#   way round: others begin to subscribe to the room's channel while the message is passing. No race: twenty of twenty. And
#   io.socketsLeave(room) with the classic adapter: the own clients still hear what is sent to the room after it.
# Versions: socket.io 4.8.4, @socket.io/redis-adapter 8.3.0, redis 5.10.0, redis-server 7.0.15; 2026-11-29.
# Matters: half of the room misses the first message, whoever was put out of it still hears the next, and which half it
#   is changes with the adapter. socketsJoin returns nothing to wait for: let each client say that it is in before you send.
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

cat >join.js <<'JS'
const { createServer } = require('http');
const { createClient } = require('redis');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const { createAdapter, createShardedAdapter } = require('@socket.io/redis-adapter');

setTimeout(() => { console.log('no end within 50 s'); process.exit(1); }, 50000).unref();
const redis = () => createClient({ socket: { path: process.argv[2] } }).on('error', () => {}).connect();

async function serverWithClient(create) {
  const web = createServer();
  const server = new Server(web, { adapter: create(await redis(), await redis()) });
  await new Promise((ready) => web.listen(0, '127.0.0.1', ready));
  const client = io(`http://127.0.0.1:${web.address().port}`, { transports: ['websocket'], forceNew: true });
  await new Promise((ready) => client.once('connect', ready));
  return { server, client };
}

// Resolves once both clients have heard an event that a sends to everybody, again and again until then.
async function passed(a, b, name) {
  const heard = [a, b].map(({ client }) => new Promise((ok) => client.once(name, ok)));
  a.server.emit(name);
  const again = setInterval(() => a.server.emit(name), 100);
  await Promise.all(heard);
  clearInterval(again);
}

(async () => {
  for (const [kind, create] of [['classic', createAdapter], ['sharded', createShardedAdapter]]) {
    const a = await serverWithClient(create), b = await serverWithClient(create);
    const count = { joined: [0, 0], later: [0, 0], left: [0, 0] };
    [a, b].forEach(({ client }, i) => client.on('news', (when) => count[when][i]++));
    await passed(a, b, 'start');

    for (let i = 0; i < 20; i++) {
      a.server.socketsJoin(`room ${i}`);
      a.server.to(`room ${i}`).emit('news', 'joined');
      await passed(a, b, `joined ${i}`);
      // The sharded adapter subscribes to a room's channel without a sign that it is done: wait until it is.
      for (;;) {
        const before = count.later[1];
        a.server.to(`room ${i}`).emit('news', 'later');
        await passed(a, b, `later ${i} ${before} ${Math.random()}`);
        if (count.later[1] > before) break;
      }
      a.server.socketsLeave(`room ${i}`);
      a.server.to(`room ${i}`).emit('news', 'left');
      await passed(a, b, `left ${i}`);
    }
    console.log(`${kind}: right after socketsJoin the own client hears ${count.joined[0]} of 20, the other server's ${count.joined[1]};`,
      `right after socketsLeave ${count.left[0]} and ${count.left[1]}`);
    if (!count.later[0] || !count.later[1]) console.log('the rooms were never joined');
  }
  process.exit(0);
})();
JS

expected="classic: right after socketsJoin the own client hears 0 of 20, the other server's 20; right after socketsLeave 20 and 0
sharded: right after socketsJoin the own client hears 20 of 20, the other server's 0; right after socketsLeave 0 and 0"
seen=$(node join.js "$work/redis.sock") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: join-then-emit-loses-half"
