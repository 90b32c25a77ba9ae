// Messages as dots that travel. A dot sets out only when the message has been seen there: by the node that took it, by
// the map's own subscribers at master and replicas, by the node that has delivered it. What takes a fifth of a
// millisecond takes seconds here, so a dot waits for the one before it.
import { Labels } from "./labels.js";
import { followed } from "./picture.js";
import { colour, draw, short, text } from "./svg.js";

const edgeTime = 450; // milliseconds on one edge
const mostDots = 60; // more at once is a blur
const crossTime = 2500; // milliseconds that the mark of a missing message stays
const sampleEvery = 700; // milliseconds between the messages that are shown under load

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Travel {
  constructor(picture, rates) {
    Object.assign(this, { picture, rates });
    this.labels = new Labels(picture);
    this.journeys = new WeakMap(); // by message
    this.count = 0; // of dots
    this.sampled = 0;
  }

  taken(message, step) {
    this.journey(message).reach(step.client);
    this.go(message, step.client, step.node);
    this.journey(message).onItsWay = true;
  }

  failed(message, step) {
    this.journey(message).at(step.node).then(() => this.move(step.client, step.node, message, true, true));
  }

  seen(message, hop) {
    const journey = this.journey(message);
    if (!journey.onItsWay) { // it bears the name of the client that has sent it, or nobody knows how it came there
      journey.onItsWay = true;
      journey.reach(message.client || hop.by);
      if (message.client) this.go(message, message.client, hop.by);
    }
    const { master } = this.picture.state;
    if (hop.late) journey.reach(master); // that was long ago
    if (hop.at === master) this.go(message, hop.by, master);
    else this.go(message, followed(this.picture.state, hop.at), hop.at);
  }

  async delivered(message, step) {
    const node = this.picture.state.nodes.find((node) => node.name === step.node);
    if (!node) return;
    await this.go(message, node.replica, node.name);
    for (const client of step.clients ?? []) this.move(client, node.name, message, true);
  }

  // missing shows where a message should have come to, and has not.
  missing(message) {
    const { master, servers, nodes } = this.picture.state;
    const { been } = message;
    for (const { name } of servers) {
      if (name !== master && !been.has(name)) this.cross(followed(this.picture.state, name), name, message);
    }
    for (const node of nodes) {
      if (been.has(node.replica) && !been.has(node.name) && node.state !== "gone") this.cross(node.replica, node.name, message);
    }
  }

  async cross(from, to, message) {
    const path = this.picture.edges.get(`${from}>${to}`);
    if (!path || this.journey(message).skipped || this.count >= mostDots) return;
    await this.journey(message).at(this.picture.state.master);
    this.count++;
    const point = path.getPointAtLength(path.getTotalLength() * 0.6);
    const dot = draw(this.picture.dots, "g", { class: "dot failed", transform: `translate(${point.x} ${point.y})` });
    const label = this.label(dot, message, point, true);
    await new Promise((done) => setTimeout(done, crossTime));
    this.remove(dot, label);
  }

  // go moves a message along an edge, as soon as it has come to where the edge begins.
  async go(message, from, to) {
    const journey = this.journey(message);
    await journey.at(from);
    await this.move(from, to, message);
    journey.reach(to);
  }

  async move(from, to, message, backwards = false, failed = false) {
    const path = this.picture.edges.get(`${from}>${to}`);
    if (!path || this.journey(message).skipped) return;
    if (still.matches || this.count >= mostDots || document.hidden) return light(path);
    this.count++;
    const end = path.getPointAtLength(backwards ? path.getTotalLength() : 0);
    const dot = draw(this.picture.dots, "g", { class: `dot ${failed ? "failed" : colour(message.from)}`, transform: `translate(${end.x} ${end.y})` });
    const label = this.label(dot, message, end, failed);
    await slide(path, backwards, (point) => {
      dot.setAttribute("transform", `translate(${point.x} ${point.y})`);
      if (label) this.labels.move(label, point.x, point.y);
    });
    this.remove(dot, label);
  }

  remove(dot, label) {
    dot.remove();
    this.labels.remove(label);
    this.count--;
  }

  // label makes the dot's circle and, unless there are too many messages, the first words of this one.
  label(dot, message, point, failed) {
    draw(dot, "circle", { r: 10 });
    if (failed) text(dot, 0, 6, "×", "cross");
    if (this.rates.busy()) return undefined;
    const label = this.labels.add(text(dot, 0, 0, short(message.text, 14), "said"));
    this.labels.move(label, point.x, point.y);
    return label;
  }

  journey(message) {
    if (!this.journeys.has(message)) this.journeys.set(message, new Journey(this.skip()));
    return this.journeys.get(message);
  }

  // skip tells, under load, which messages are not shown.
  skip() {
    const now = performance.now();
    if (!this.rates.busy()) return false;
    if (now - this.sampled < sampleEvery) return true;
    this.sampled = now;
    return false;
  }
}

// Journey is where a message's dots have come to.
class Journey {
  constructor(skipped) {
    this.skipped = skipped;
    this.onItsWay = false; // it has set out from its client, or from where nobody knows
    this.places = new Map(); // place → {promise, resolve}
  }

  // at is a promise that the message has come, on the map, to a place.
  at(place) {
    return this.place(place).promise;
  }

  reach(place) {
    this.place(place).resolve();
  }

  place(name) {
    if (!this.places.has(name)) this.places.set(name, Promise.withResolvers());
    return this.places.get(name);
  }
}

// slide goes along a path, and calls to(point) with each frame that the browser draws.
function slide(path, backwards, to) {
  return new Promise((done) => {
    const began = performance.now();
    const step = (now) => {
      const part = Math.min(1, Math.max(0, now - began) / edgeTime);
      const eased = part * part * (3 - 2 * part);
      to(path.getPointAtLength(path.getTotalLength() * (backwards ? 1 - eased : eased)));
      if (part < 1 && path.isConnected) requestAnimationFrame(step);
      else done();
    };
    requestAnimationFrame(step);
  });
}

// light is a message's way without motion.
async function light(path) {
  path.classList.add("lit");
  await new Promise((done) => setTimeout(done, edgeTime));
  path.classList.remove("lit");
}
