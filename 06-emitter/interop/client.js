// A Socket.IO client: node client.js URL
// Each line of its input is a JSON array [event, ...args] that it sends; "join" is answered. Each event that it gets
// is a line of output, [event, ...args], with bytes as {"$base64": …}. The first line is ["connected"].

const { createInterface } = require("node:readline");
const { io } = require("socket.io-client");

const show = (value) =>
  JSON.stringify(value, (_, v) => (v && v.type === "Buffer" ? { $base64: Buffer.from(v.data).toString("base64") } : v));
const print = (...line) => console.log(show(line));

const socket = io(process.argv[2], { transports: ["websocket"], reconnection: false });
socket.on("connect", () => print("connected"));
socket.on("connect_error", (err) => print("failed", err.message));
socket.onAny((event, ...args) => print(event, ...args.filter((arg) => typeof arg !== "function")));
socket.on("question", (answer) => answer("yes"));

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [event, ...args] = JSON.parse(line);
    if (event === "join") socket.emit("join", ...args, () => print("joined", ...args));
    else socket.emit(event, ...args);
  })
  .on("close", () => process.exit(0)); // who started it is gone
