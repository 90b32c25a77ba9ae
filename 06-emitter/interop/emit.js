// The npm emitter: node emit.js MASTER [KEY] (host:port, and the beginning of the channels' names)
// Each line of its input is {"to": [rooms], "except": [rooms], "event": …, "args": […]}; {"$base64": …} as an argument
// becomes a Buffer. After each it prints "true".

const { createInterface } = require("node:readline");
const { Redis } = require("ioredis");
const { Emitter } = require("@socket.io/redis-emitter");

const [addr, key] = process.argv.slice(2);
const emitter = new Emitter(new Redis(`redis://${addr}`), key && { key });
const bytes = (arg) => (arg && arg.$base64 !== undefined ? Buffer.from(arg.$base64, "base64") : arg);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { to = [], except = [], event, args } = JSON.parse(line);
    console.log(emitter.to(to).except(except).emit(event, ...args.map(bytes)));
  })
  .on("close", () => process.exit(0));
