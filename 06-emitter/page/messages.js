// Which sights and steps belong to one message. A node that takes a message from a client does not know yet what it will
// be called; at the servers it is called by its bytes, which a publisher numbers; a node that delivers it knows those.

const mostKept = 300; // messages; older ones are forgotten
const mostWaiting = 50; // of one client
const missingAfter = 1000; // milliseconds; a message takes less than one to all

export class Messages {
  // on: functions that are told, in the order in which it was seen
  //   taken(message, step)      a node has taken it from a client
  //   failed(message, step)     its client is told that it was not confirmed
  //   seen(message, hop)        it has been seen at a server
  //   delivered(message, step)  a node has handed it to clients
  //   missing(message)          it has been at the master for a second: where it has not been by now, it does not come in time
  // A message is {from, text, by, client, been}: who sent it, its words, the name of its publisher, the id of its client,
  // and the names of the servers and nodes where it has been.
  // isMaster tells whether a server of that name is the master.
  constructor(on, isMaster) {
    Object.assign(this, { on, isMaster });
    this.known = new Map(); // by its bytes' name
    this.taken = new Map(); // by client: taken by a node, and not yet seen at a server
    this.ahead = new Map(); // by client: seen at a server before its node's word of it was here
    this.early = new Map(); // by its bytes' name: deliveries whose word was here before the first sight
  }

  hop(hop) {
    let message = this.known.get(hop.message);
    // The same once more at the master is another one: npm's packages do not number.
    if (!message || (this.isMaster(hop.at) && message.published)) message = this.begin(hop);
    if (this.isMaster(hop.at)) {
      message.published = true;
      setTimeout(() => this.on.missing(message), missingAfter);
    }
    message.been.add(hop.at);
    this.on.seen(message, hop);
    for (const step of this.early.get(hop.message) ?? []) this.delivered(message, step);
    this.early.delete(hop.message);
  }

  begin(hop) {
    const message = take(this.taken, hop.client, hop.text) ?? newMessage(hop.from, hop.text, hop.by, hop.client);
    if (!message.taken) add(this.ahead, hop.client, message);
    message.from = hop.from;
    keep(this.known, hop.message, message);
    return message;
  }

  // from is the name of the step's client.
  step(step, from) {
    if (step.kind === "delivered") {
      const message = this.known.get(step.message);
      if (message) this.delivered(message, step);
      else add(this.early, step.message, step);
    } else if (step.kind === "failed") {
      const message = take(this.taken, step.client, step.text);
      if (message) this.on.failed(message, step);
    } else if (!take(this.ahead, step.client, step.text)) {
      const message = Object.assign(newMessage(from, step.text, step.node, step.client), { taken: true });
      add(this.taken, step.client, message);
      this.on.taken(message, step);
    }
  }

  delivered(message, step) {
    message.been.add(step.node);
    this.on.delivered(message, step);
  }
}

function newMessage(from, text, by, client) {
  return { from, text, by, client, been: new Set() };
}

// take removes the message with these words from what waits under a key; those before it do not come any more.
function take(map, key, text) {
  const waiting = map.get(key) ?? [];
  const at = waiting.findIndex((message) => message.text === text);
  return waiting.splice(0, at + 1).at(-1);
}

function add(map, key, message) {
  keep(map, key, [...(map.get(key) ?? []), message].slice(-mostWaiting));
}

function keep(map, key, value) {
  map.delete(key);
  map.set(key, value);
  if (map.size > mostKept) map.delete(map.keys().next().value);
}
