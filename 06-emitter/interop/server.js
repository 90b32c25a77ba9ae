// A Socket.IO server of the cluster: node server.js MASTER REPLICA (each host:port).
// Says on which port of 127.0.0.1 it listens, as a line of JSON.

const { createServer } = require("node:http");
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
