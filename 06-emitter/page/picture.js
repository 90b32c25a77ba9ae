// The picture: the master on top, below it the replicas, the nodes and their clients, one column for each node.
// What is published goes up outside, what is delivered comes down inside.
import { draw, short, text } from "./svg.js";
import { Places } from "./places.js";
import { leastWidth, vote } from "./vote.js";

const COLUMN = 400, NARROW = 350; // units, at least: of two columns, of more
const Y = { emitter: 40, master: 66, replica: 204, node: 354, client: 450 };
const HEIGHT = 470;
const leastColumn = 15; // rem
const ASIDE = 330; // from the master to the emitter, where there is room for it
const BOX = { w: 214, h: 100 };
const PILL = { w: 112, h: 30, gap: 6 };

// count is "1 client", "3 clients".
export function count(n, what) {
  return `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
}

// followed is the name of the server that a server follows, or is to follow.
export function followed(state, name) {
  return state.servers.find((server) => server.name === name)?.follows || state.master;
}

export class Picture {
  constructor(svg) {
    this.svg = svg;
    this.edges = new Map(); // by "from>to"
    this.places = new Places();
    this.taken = []; // rectangles {x, y, w, h}, where boxes stand
    [this.ways, this.boxes, this.labels, this.dots] = ["edges", "boxes", "labels", "dots"].map((name) => draw(svg, "g", { class: name }));
  }

  draw(state) {
    this.state = state;
    const n = Math.max(state.nodes.length, state.servers.length - 1, 2);
    const column = n > 2 ? NARROW : COLUMN;
    const { width, height } = this.svg.getBoundingClientRect();
    this.width = Math.max(n * column, leastWidth(state, BOX), height > 0 ? (HEIGHT * width) / height : 0); // as wide as there is room for
    this.svg.style.minWidth = `${n * leastColumn}rem`; // of many nodes it is wider than its place, and scrolls
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.boxes.replaceChildren();
    this.kept = new Set();
    this.taken = [];
    const middle = this.width / 2;
    const x = (i, all) => (this.width * (i + 0.5)) / all;
    const [master, ...replicas] = this.places.of(state);
    const stands = new Map([[master.name, { x: middle, y: Y.master }]]); // by server
    replicas.forEach(({ name }, i) => stands.set(name, { x: x(i, replicas.length), y: Y.replica }));
    this.servers(state, master, replicas, stands);
    state.nodes.forEach((node, i) => this.node(node, i, { nx: x(i, state.nodes.length), column, middle, master, own: stands.get(node.replica) }));
    if (state.sentinels) vote(this, state, stands, { x: middle + BOX.w / 2, y: Y.emitter, below: Y.replica - BOX.h / 2 });

    for (const [key, path] of this.edges) {
      if (this.kept.has(key)) continue;
      path.remove();
      this.edges.delete(key);
    }
  }

  servers(state, master, replicas, stands) {
    const middle = this.width / 2;
    const up = master.state !== "gone";
    const emitter = Math.max(middle - ASIDE, BOX.w / 2 + 2);
    this.box(emitter, Y.emitter, { name: "emitter", state: "up" }, [], 46);
    this.edge("emitter", master.name, `M${emitter + BOX.w / 2} ${Y.emitter} H${middle - BOX.w / 2}`, "publish", !up);
    const facts = up && master.offset >= 0 ? [`offset ${master.offset.toLocaleString("en")}`, `${count(master.linked, "replica")} linked`] : [];
    const top = this.box(middle, Y.master, master, facts, BOX.h, state.sentinels ? `the master, ${master.state}` : master.state);
    top.classList.toggle("master", Boolean(state.sentinels));
    this.places.glide(top, master.name, stands);

    replicas.forEach((replica, i) => {
      const { x } = stands.get(replica.name);
      const from = middle + (replicas.length < 2 ? 0 : (i / (replicas.length - 1) - 0.5) * (BOX.w - 60));
      const flows = replica.state === "up" && replica.link === "connected";
      this.places.glide(this.box(x, Y.replica, replica, replicaFacts(replica, master)), replica.name, stands);
      const upstream = followed(state, replica.name);
      const way = upstream === master.name ? falls(from, Y.master + BOX.h / 2, x, Y.replica - BOX.h / 2) : hangs(stands.get(upstream).x, x, Y.replica + BOX.h / 2);
      this.edge(upstream, replica.name, way, "deliver", !flows);
    });
  }

  node(node, i, { nx, column, middle, master, own }) {
    const side = nx <= middle ? -1 : 1;
    const gone = node.state === "gone";
    const missed = node.missed ? `, ${node.missed.toLocaleString("en")} missed` : "";
    this.box(nx, Y.node, node, gone ? [] : [count(node.connections, "client") + missed,
      `in ${node.received.toLocaleString("en")}, out ${node.delivered.toLocaleString("en")}`]);
    this.edge(node.name, master.name, rises(nx, side, middle, column, i), "publish", gone || node.state === "frozen" || master.state === "gone");
    const hears = this.state.servers.find(({ name }) => name === node.replica).state === "up";
    this.edge(node.replica, node.name, falls(own.x, own.y + BOX.h / 2, nx, Y.node - BOX.h / 2), "deliver",
      !["up", "not ready", "starting"].includes(node.state) || !hears);
    this.clients(node, nx, column);
  }

  clients(node, nx, column) {
    const most = Math.floor((column - 20) / (PILL.w + PILL.gap));
    const all = node.connections > most ? most : node.clients.length; // of more, the last place says how many
    const shown = node.clients.slice(0, node.connections > most ? most - 1 : most);
    const more = node.connections - shown.length;
    const place = (i) => nx + (i - (all - 1) / 2) * (PILL.w + PILL.gap);
    shown.forEach((client, i) => {
      const cx = place(i);
      const group = draw(this.boxes, "g", {});
      this.rectangle(group, cx, Y.client, PILL.w, PILL.h, 15);
      text(group, cx, Y.client + 5, short(client.name, 12));
      draw(group, "title", {}).textContent = `${client.name}, room ${client.room}`;
      this.edge(client.id, node.name, falls(cx, Y.client - PILL.h / 2, nx + (cx - nx) / 4, Y.node + BOX.h / 2), "client");
    });
    if (more > 0) text(this.boxes, place(shown.length), Y.client + 5, `and ${more.toLocaleString("en")} more`, "soft");
    if (node.connections === 0) text(this.boxes, nx, Y.client + 5, node.state === "gone" ? "" : "no clients", "soft");
  }

  box(x, y, part, facts, h = BOX.h, said = part.state) {
    const group = draw(this.boxes, "g", { "data-state": part.state });
    this.rectangle(group, x, y, BOX.w, h, 12);
    if (h < BOX.h) return text(group, x, y + 6, part.name, "name");
    const top = y - (facts.length * 20) / 2 - 4;
    text(group, x, top, part.name, "name");
    text(group, x, top + 21, said, "state");
    facts.forEach((fact, i) => text(group, x, top + 43 + 19 * i, fact, "soft"));
    return group;
  }

  // rectangle draws a box around its middle, and notes that its place is taken.
  rectangle(group, middle, y, w, h, rx) {
    const box = { x: middle - w / 2, y: y - h / 2, w, h };
    draw(group, "rect", { class: "box", x: box.x, y: box.y, width: w, height: h, rx });
    this.taken.push(box);
  }

  edge(from, to, d, kind, off) {
    const key = `${from}>${to}`;
    this.kept.add(key);
    let path = this.edges.get(key);
    if (!path) this.edges.set(key, path = draw(this.ways, "path", {}));
    path.setAttribute("d", d);
    path.dataset.kind = kind;
    path.classList.toggle("off", Boolean(off));
  }

  // flow shows the rates on the edges, when there are more messages than an eye can follow.
  flow(rates, state) {
    this.labels.replaceChildren();
    const busy = rates.busy();
    const show = (from, to, rate, at = 0.5) => {
      const path = this.edges.get(`${from}>${to}`);
      if (!path) return;
      const flows = busy && rate >= 1 && !path.classList.contains("off");
      path.dataset.flow = flows ? Math.min(4, Math.ceil(Math.log10(rate + 1))) : 0;
      if (!flows || at === null) return;
      const point = path.getPointAtLength(path.getTotalLength() * at);
      const label = `${Math.round(rate).toLocaleString("en")}/s`;
      draw(this.labels, "rect", { x: point.x - 6 * label.length, y: point.y - 13, width: 12 * label.length, height: 24, rx: 8 });
      text(this.labels, point.x, point.y + 5, label);
    };
    show("emitter", state.master, rates.emitted(state));
    for (const { name } of state.servers) {
      if (name !== state.master) show(followed(state, name), name, rates.of(name), 0.6);
    }
    for (const node of state.nodes) {
      show(node.name, state.master, rates.of("in " + node.name));
      show(node.replica, node.name, node.state === "up" ? rates.of(node.replica) : 0);
      const out = rates.of("out " + node.name);
      node.clients.forEach((client, i) => show(client.id, node.name, out, i === 0 ? 0.8 : null)); // the rate is that of all
    }
  }
}

function replicaFacts(replica, master) {
  if (replica.state === "gone") return [];
  if (replica.role === "master" && replica !== master) return ["a master of its own:", "nobody hears it"];
  if (replica.state !== "up" || replica.offset < 0) return ["nothing new comes here", `link: ${replica.link || "none"}`];
  const behind = master.state === "gone" ? 0 : Math.max(0, master.offset - replica.offset);
  return [`offset ${replica.offset.toLocaleString("en")}`, behind === 0 ? "in step" : `${behind.toLocaleString("en")} bytes behind`];
}

// falls leaves and arrives vertically.
function falls(x1, y1, x2, y2) {
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1} C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}

// hangs goes from a server to another one beside it.
function hangs(x1, x2, y) {
  return `M${x1} ${y} C${x1} ${y + 40} ${x2} ${y + 40} ${x2} ${y}`;
}

// rises goes from a node up to the master, outside of the node's replica; side is -1 for the left.
function rises(nx, side, middle, column, i) {
  const from = nx + (side * BOX.w) / 2;
  const lane = nx + side * Math.min(column / 2 - 14, BOX.w / 2 + 62);
  const y = Y.master + 30 + (column === NARROW ? 4 * (i % 5) : 0);
  const to = middle + (side * BOX.w) / 2;
  const turn = side * 40;
  return `M${from} ${Y.node} C${lane + turn / 4} ${Y.node} ${lane} ${Y.node - 10} ${lane} ${Y.node - 50} V${y + 40} ` +
    `C${lane} ${y + 10} ${lane - turn / 4} ${y} ${lane - turn} ${y} H${to}`;
}
