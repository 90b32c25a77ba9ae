// Which sights and steps belong to one message. A node that takes a message from a client does not know yet what it will
// be called; at the servers it is called by its bytes, which a publisher numbers; a node that delivers it knows those.

const mostKept = 300; // messages; older ones are forgotten
const mostWaiting = 50; // of one client: taken by its node, and not yet seen at a server

export class Messages {
  // on: functions that are told, in the order in which it was seen
  //   taken(message, step)      a node has taken it from a client
  //   failed(message, step)     its client has been told that it was not confirmed
  //   seen(message, hop)        it has been seen at a server
  //   delivered(message, step)  a node has handed it to clients
  // A message is {from, text, by}: who sent it, its words, and the name of its publisher.
  constructor(on) {
    this.on = on;
    this.known = new Map(); // by its bytes' name
    this.waiting = new Map(); // by client: taken, and not yet seen
    this.early = new Map(); // by its bytes' name: deliveries told before the first sight
  }

  hop(hop) {
    let message = this.known.get(hop.message);
    // The same once more at the master is another one: npm's packages do not number.
    if (!message || (hop.at === "master" && message.published)) {
      message = this.taking(hop) ?? {};
      Object.assign(message, { from: hop.from, text: hop.text, by: hop.by });
      keep(this.known, hop.message, message);
    }
    message.published ||= hop.at === "master";
    this.on.seen(message, hop);
    for (const step of this.early.get(hop.message) ?? []) this.on.delivered(message, step);
    this.early.delete(hop.message);
  }

  step(step, from) {
    const queue = this.waiting.get(step.client) ?? [];
    if (step.kind === "taken") {
      const message = { from, text: step.text, by: step.node, taken: true };
      queue.push(message);
      keep(this.waiting, step.client, queue.slice(-mostWaiting));
      this.on.taken(message, step);
    } else if (step.kind === "failed") {
      const message = queue.shift();
      if (message) this.on.failed(message, step);
    } else {
      const message = this.known.get(step.message);
      if (message) this.on.delivered(message, step);
      else keep(this.early, step.message, [...(this.early.get(step.message) ?? []), step]);
    }
  }

  // taking returns the message that a node has been seen to take. Those before it have not been followed any further.
  taking(hop) {
    const queue = this.waiting.get(hop.client) ?? [];
    const at = queue.findIndex((message) => message.text === hop.text);
    return queue.splice(0, at + 1).at(-1);
  }
}

function keep(map, key, value) {
  map.delete(key);
  map.set(key, value);
  if (map.size > mostKept) map.delete(map.keys().next().value);
}
