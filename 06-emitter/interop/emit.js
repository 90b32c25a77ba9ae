// The npm emitter: node emit.js MASTER (host:port)
// Each line of its input is {"to": [rooms], "except": [rooms], "event": …, "args": […]}; {"$base64": …} as an argument
// becomes a Buffer. After each it prints "true".

const { createInterface } = require("node:readline");
const { Redis } = require("ioredis");
const { Emitter } = require("@socket.io/redis-emitter");

const master = new Redis(`redis://${process.argv[2]}`);
const emitter = new Emitter(master);
const bytes = (arg) => (arg && arg.$base64 !== undefined ? Buffer.from(arg.$base64, "base64") : arg);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { to = [], except = [], event, args } = JSON.parse(line);
    console.log(emitter.to(to).except(except).emit(event, ...args.map(bytes)));
  })
  .on("close", () => process.exit(0));
