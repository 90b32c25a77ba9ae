// A Socket.IO server of the cluster, with one client of its own: node server.js MASTER (host:port) STREAM.
// Each line of its input is a JSON array: ["emit", event, ...args] to everybody, ["to", room, event, ...args] to a room;
// {"$base64": …} in it is bytes. Each event that its client gets is a line of output, a JSON array; the first is ["ready"].

const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const { Redis } = require("ioredis");
const { Server } = require("socket.io");
const { io: connect } = require("socket.io-client");
const { createAdapter } = require("@socket.io/redis-streams-adapter");

const [master, streamName] = process.argv.slice(2);
const http = createServer();
const io = new Server(http, { adapter: createAdapter(new Redis(`redis://${master}`), { streamName }) });
io.on("connection", (socket) => socket.join("lobby"));

const print = (...line) =>
  console.log(JSON.stringify(line, (_, v) => (v && v.type === "Buffer" ? { $base64: Buffer.from(v.data).toString("base64") } : v)));
const read = (line) => JSON.parse(line, (_, v) => (v && v.$base64 ? Buffer.from(v.$base64, "base64") : v));

http.listen(0, "127.0.0.1", () => {
  const client = connect(`http://127.0.0.1:${http.address().port}`, { transports: ["websocket"] });
  client.onAny((event, ...args) => print(event, ...args));
  client.on("connect", () => print("ready"));
});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [what, ...rest] = read(line);
    if (what === "emit") io.emit(...rest);
    else io.to(rest[0]).emit(...rest.slice(1));
  })
  .on("close", () => process.exit(0)); // who started it is gone
