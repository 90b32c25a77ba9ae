#!/usr/bin/env bash
# Guess: ioredis' keyPrefix is for keys and leaves channels alone. So it does no harm to Socket.IO's adapters, which use none.
# Seen: it leaves SUBSCRIBE, PSUBSCRIBE and PUBLISH alone, and puts the prefix before the channels of SSUBSCRIBE and SPUBLISH:
#   COMMAND lists a shard channel at the place of a key, and marks it "not_key". What comes in keeps the prefix. The sharded
#   adapter compares the channel with the one that it asked for, and drops all that other servers send, without a word. The
#   classic adapter works.
# Versions: ioredis 6.0.0 (5.11.1 is the same), socket.io 4.8.4, @socket.io/redis-adapter 8.3.0, redis-server 7.0.15; 2026-11-29.
# Matters: whoever changes from createAdapter to createShardedAdapter with the clients that are there has servers that no
#   longer hear each other, and sees no error. Give the adapter clients without keyPrefix, and use its own channelPrefix.
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
 "@socket.io/redis-adapter": "8.3.0", "ioredis": "6.0.0"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1 ||
  { cat npm.log; echo "cannot tell: the packages could not be installed"; exit 2; }

redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" --logfile redis.log &
redis=$!
for _ in $(seq 100); do [ ! -S redis.sock ] || break; sleep 0.1; done
[ -S redis.sock ] || { cat redis.log; echo "cannot tell: redis-server did not start"; exit 2; }

cat >try.js <<'JS'
const { createServer } = require('http');
const Redis = require('ioredis');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const { createAdapter, createShardedAdapter } = require('@socket.io/redis-adapter');

setTimeout(() => { console.log('no end within 40 s'); process.exit(1); }, 40000).unref();
const redis = (keyPrefix) => new Redis({ path: process.argv[2], keyPrefix });
const pause = (ms) => new Promise((over) => setTimeout(over, ms));

async function serverWithClient(create, keyPrefix) {
  const web = createServer();
  const server = new Server(web, { adapter: create(redis(keyPrefix), redis(keyPrefix)) });
  await new Promise((ready) => web.listen(0, '127.0.0.1', ready));
  const client = io(`http://127.0.0.1:${web.address().port}`, { transports: ['websocket'], forceNew: true });
  await new Promise((ready) => client.once('connect', ready));
  return { server, client };
}

(async () => {
  const plain = redis(''), prefixed = redis('app:');
  await prefixed.subscribe('one');
  await prefixed.psubscribe('two*');
  await prefixed.ssubscribe('three');
  const patterns = await plain.pubsub('NUMPAT'), channels = await plain.pubsub('CHANNELS');
  console.log(`subscribe('one'): ${channels}; psubscribe('two*'): ${patterns} pattern; ssubscribe('three'): ${await plain.pubsub('SHARDCHANNELS')}`);
  const heard = new Promise((ok) => prefixed.once('smessage', ok));
  await prefixed.spublish('three', 'hello');
  console.log(`spublish('three') comes in on ${await heard}`);

  for (const [adapter, create] of [['classic', createAdapter], ['sharded', createShardedAdapter]]) {
    for (const prefix of ['', `${adapter}:`]) {
      const a = await serverWithClient(create, prefix), b = await serverWithClient(create, prefix);
      let own = 0, far = 0;
      a.client.on('news', () => own++);
      b.client.on('news', () => far++);
      for (let i = 0; i < 30 && !far; i++) { // three seconds are long enough for every subscription
        a.server.emit('news');
        await pause(100);
      }
      console.log(`${adapter} adapter, keyPrefix '${prefix}': the own client hears ${own ? 'it' : 'nothing'}, the other server's ${far ? 'it' : 'nothing'}`);
      for (const { server, client } of [a, b]) { client.close(); server.disconnectSockets(true); }
    }
  }
  process.exit(0);
})();
JS

expected='subscribe('\''one'\''): one; psubscribe('\''two*'\''): 1 pattern; ssubscribe('\''three'\''): app:three
spublish('\''three'\'') comes in on app:three
classic adapter, keyPrefix '\'''\'': the own client hears it, the other server'\''s it
classic adapter, keyPrefix '\''classic:'\'': the own client hears it, the other server'\''s it
sharded adapter, keyPrefix '\'''\'': the own client hears it, the other server'\''s it
sharded adapter, keyPrefix '\''sharded:'\'': the own client hears it, the other server'\''s nothing'
seen=$(node try.js "$work/redis.sock") || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: key-prefix-moves-sharded-channels-only"
