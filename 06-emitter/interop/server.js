// A Socket.IO server of the cluster: node server.js MASTER REPLICA (each host:port).
// Says on which port of 127.0.0.1 it listens, as a line of JSON. Each line of its input is a question, a string of JSON;
// its answer is a line of JSON, too.

const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const { Redis } = require("ioredis");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");

const [master, replica] = process.argv.slice(2).map((addr) => new Redis(`redis://${addr}`));
const http = createServer();
const io = new Server(http, { adapter: createAdapter(master, replica) });

io.on("connection", (socket) => {
  socket.on("join", (room, joined) => {
    socket.join(room);
    joined();
  });
  socket.on("broadcast", (event, ...args) => socket.broadcast.emit(event, ...args)); // everybody but the sender
  socket.on("to", (room, event, ...args) => socket.to(room).emit(event, ...args)); // the room, but not the sender
});

http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));

const answers = {
  servers: () => io.of("/").adapter.serverCount(),
  sockets: async () => (await io.fetchSockets()).length,
  acks: () => io.timeout(500).emitWithAck("question").catch((err) => err.message),
  "join 7": () => (io.socketsJoin(7), true), // the number
};
createInterface({ input: process.stdin }).on("line", async (line) => console.log(JSON.stringify(await answers[JSON.parse(line)]())));
