// Writes vectors.json: what the npm packages publish, for the tests of the Redis wire. In an empty folder:
//
//   npm install socket.io@4.8.4 socket.io-client@4.8.4 @socket.io/redis-adapter@8.3.0 @socket.io/redis-emitter@5.1.0
//   NODE_PATH=$PWD/node_modules node …/testdata/vectors.js > …/testdata/vectors.json

const { Server } = require("socket.io");
const { io: connect } = require("socket.io-client");
const { createAdapter } = require("@socket.io/redis-adapter");
const { Emitter } = require("@socket.io/redis-emitter");

const vectors = [];
let name = "", decodeOnly = false, args = [];

// A Redis client that only notes what is published.
const redis = {
  publish(channel, payload) {
    vectors.push({
      name,
      channel,
      hex: Buffer.from(payload).toString("hex"),
      args: args.map((a) => (Buffer.isBuffer(a) ? { bin: a.toString("base64") } : { json: toJSON(a) })),
      ...(decodeOnly && { decodeOnly }),
    });
  },
  on() {}, psubscribe() {}, subscribe() {}, listenerCount: () => 1,
};

// Bytes inside an argument as our nodes show them.
const toJSON = (value) =>
  JSON.stringify(value, (_, v) => (v && v.type === "Buffer" ? { $base64: Buffer.from(v.data).toString("base64") } : v));

function record(what, emit, ...list) {
  name = what;
  args = list;
  emit("chat", ...list);
}

const emitter = new Emitter(redis);
const to = (operator) => (event, ...list) => operator.emit(event, ...list);

record("emitter to all", to(emitter), "hi");
record("emitter without arguments", to(emitter));
record("emitter to one room", to(emitter.to("r")), "hi");
record("emitter to two rooms", to(emitter.to("r").to("s")), "hi");
record("emitter except a room", to(emitter.except("r")), "hi");
record("emitter to a room except two", to(emitter.to("r").except(["s", "t"])), "hi");
record("emitter to a unicode room", to(emitter.to("部屋 ☕")), "hi");
record("emitter to a long room", to(emitter.to("x".repeat(40))), "hi");
record("emitter to 20 rooms", to(emitter.to(Array.from({ length: 20 }, (_, i) => `room-${i}`))), "hi");
record("emitter volatile", to(emitter.volatile), "hi");
record("emitter compress", to(emitter.compress(true)), "hi");
record("emitter several arguments", to(emitter), "hi", 1, null, true, false, [1, "two"], { three: 3 });
record("emitter many arguments", to(emitter), ...Array.from({ length: 20 }, (_, i) => i));

const numbers = [0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, Number.MAX_SAFE_INTEGER,
  -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, Number.MIN_SAFE_INTEGER,
  0.5, -0.1, 1.5e-300, 5e-324, 3.141592653589793, 1e-7];
for (const n of numbers) record(`number ${n}`, to(emitter), n);

for (const n of [0, 1, 31, 32, 255, 256]) {
  record(`string of ${n}`, to(emitter), "a".repeat(n));
  record(`bytes, ${n} of them`, to(emitter), Buffer.alloc(n, 7));
}
record("bytes of every value", to(emitter), Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
record("unicode", to(emitter), "grüße, 世界, 🦊, \u2028");
record("escapes", to(emitter), "\" \\ / \b \f \n \r \t \u0000 \u001f \u007f");
record("array of 15, 16", to(emitter), new Array(15).fill(0), new Array(16).fill(1));
const keys = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]));
record("object of 15, 16, 300 keys", to(emitter), keys(15), keys(16), keys(300));
record("order of keys", to(emitter), { z: 1, a: { y: [], b: {} }, m: null });
record("long key", to(emitter), { ["k".repeat(300)]: 1 });

decodeOnly = true; // no JSON leads to these bytes
record("bytes inside", to(emitter), { file: Buffer.from("abc"), list: [Buffer.alloc(0)] });
record("dates", to(emitter), new Date(1767366245000), new Date(1767366245678), new Date(-1), new Date(253402300800000));
record("undefined", to(emitter), [undefined]);
record("infinities", to(emitter), [NaN, Infinity, -Infinity]);
record("number as a room", to(emitter.to(42)), "hi");
record("typed array", to(emitter), { bytes: Buffer.from([1, 2]) });
decodeOnly = false;

const server = new Server(0, { adapter: createAdapter(redis, redis) });
server.of("/").adapter.uid = "abc123";
record("adapter to all", to(server), "hi");
record("adapter to a room", to(server.to("r")), "hi");
record("adapter to two rooms except one", to(server.to(["r", "s"]).except("t")), "hi", Buffer.from([0, 255]));
record("adapter volatile", to(server.volatile), "hi");
record("adapter with timeout", to(server.timeout(1500)), "hi");
decodeOnly = true; // compress: false is read as not set
record("adapter without compression", to(server.compress(false)), "hi");
decodeOnly = false;

server.on("connection", (socket) => {
  record("socket.broadcast", to(socket.broadcast), "hi");
  record("socket.to a room", to(socket.to("r")), "hi");
  const hex = (text) => Buffer.from(text).toString("hex"); // the id is random: one that stays is written
  vectors.forEach((v) => (v.hex = v.hex.replaceAll(hex(socket.id), hex("aSocketsIdOf20Charac"))));
  console.log("[\n" + vectors.map((v) => JSON.stringify(v)).join(",\n") + "\n]");
  process.exit(0);
});
server.httpServer.on("listening", () => connect(`http://127.0.0.1:${server.httpServer.address().port}`));
