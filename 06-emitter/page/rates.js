// How many messages a second pass the servers and the nodes, from the totals that the state brings.

const span = 2000; // milliseconds over which a rate is taken
const many = 15; // messages a second at the master: more cannot be followed by eye

export class Rates {
  totals = []; // {when, of}, the oldest first; of: name → messages

  // clear is for after a gap: what has passed meanwhile is no rate of now.
  clear() {
    this.totals = [];
  }

  take(state) {
    const of = new Map();
    for (const server of state.servers) of.set(server.name, server.seen);
    for (const node of state.nodes) {
      of.set("in " + node.name, node.received);
      of.set("out " + node.name, node.delivered);
    }
    this.master = state.master;
    this.totals.push({ when: performance.now(), of });
    this.forget();
  }

  // forget keeps the last total from before the span: what has happened since is what counts.
  forget() {
    const begin = performance.now() - span;
    while (this.totals.length > 1 && this.totals[1].when <= begin) this.totals.shift();
  }

  // of is a rate, in messages a second: of a server by its name, of a node as "in node-1" and "out node-1".
  of(name) {
    this.forget();
    const first = this.totals[0]?.of.get(name);
    const last = this.totals.at(-1)?.of.get(name);
    if (first === undefined || last === undefined) return 0;
    return Math.max(0, last - first) / (span / 1000); // a node that is started again begins at 0
  }

  // emitted is what comes to the master from no node of ours.
  emitted(state) {
    return Math.max(0, this.of(state.master) - state.nodes.reduce((sum, node) => sum + this.of("in " + node.name), 0));
  }

  busy() {
    return this.of(this.master) > many;
  }
}
