// The map: clients, nodes, replicas and master as boxes, the ways between them
// as edges, and messages as dots that travel along the edges.
const NS = "http://www.w3.org/2000/svg";
const X = { client: 85, node: 320, replica: 620, master: 890 };
const BOX = { w: 172, h: 76 };
const PILL = { w: 130, h: 28, gap: 36, most: 4 };
const STEP = 420; // milliseconds on one edge
const MOST_DOTS = 60; // more at once is a blur

const still = matchMedia("(prefers-reduced-motion: reduce)");

// linked says how many replicas a master has.
export function linked(master) {
  return `${master.linked} replica${master.linked === 1 ? "" : "s"} linked`;
}

// clients says how many a node has.
export function clients(node) {
  return `${node.connections} client${node.connections === 1 ? "" : "s"}`;
}

export class Picture {
  constructor(svg) {
    this.svg = svg;
    this.edges = new Map(); // by "from>to"
    this.started = new Map(); // by message: when it reaches the master on the map
    this.dots = 0;
    this.layers = ["edges", "boxes", "dots"].map((name) => this.add(svg, "g", { class: name }));
  }

  draw(state) {
    this.state = state;
    const replicas = state.servers.slice(1);
    const rows = Math.max(state.nodes.length, replicas.length, 2);
    const height = rows * 230;
    this.svg.setAttribute("viewBox", `0 0 1000 ${height}`);
    const [edges, boxes] = this.layers;
    boxes.replaceChildren();
    const kept = new Set();
    const middle = height / 2;
    const y = (i, n) => (height * (i + 0.5)) / n;
    const edge = (from, to, d, kind, off) => {
      const key = `${from}>${to}`;
      kept.add(key);
      let path = this.edges.get(key);
      if (!path) this.edges.set(key, path = this.add(edges, "path", {}));
      path.setAttribute("d", d);
      path.setAttribute("class", `edge ${kind}${off ? " off" : ""}`);
    };

    const master = state.servers[0];
    this.box(X.master, middle, master.name, master.state, master.state === "gone" ? "" : linked(master));
    this.box(X.master, BOX.h / 2 + 4, "emitter", "up", "");
    edge("emitter", "master", `M${X.master} ${BOX.h + 4} V${middle - BOX.h / 2}`, "publish", master.state === "gone");

    replicas.forEach((replica, i) => {
      const ry = y(i, replicas.length);
      const from = middle + spread(i, replicas.length, 44);
      this.box(X.replica, ry, replica.name, replica.state, replica.state === "gone" ? "" : `offset ${replica.offset.toLocaleString("en")}`);
      edge("master", replica.name, curve(X.master - BOX.w / 2, from, X.replica + BOX.w / 2, ry), "deliver",
        replica.link !== "connected" || replica.state !== "up");
    });

    state.nodes.forEach((node, i) => {
      const ny = y(i, state.nodes.length);
      const toMiddle = ny <= middle ? 1 : -1;
      const lane = ny + toMiddle * 76;
      const end = middle + spread(i, state.nodes.length, 14);
      const gone = node.state === "gone";
      this.box(X.node, ny, node.name, node.state, gone ? "" : clients(node) + (node.missed ? `, ${node.missed} missed` : ""));
      edge(node.name, "master", lanes(X.node + BOX.w / 2, ny + toMiddle * 20, lane, X.master - BOX.w / 2, end), "publish",
        gone || master.state === "gone");
      const r = replicas.findIndex((replica) => replica.name === node.replica);
      edge(node.replica, node.name, curve(X.replica - BOX.w / 2, y(r, replicas.length), X.node + BOX.w / 2, ny - toMiddle * 10), "deliver",
        gone || replicas[r].state === "gone");
      this.clients(node, ny, edge);
    });

    for (const [key, path] of this.edges) {
      if (!kept.has(key)) {
        path.remove();
        this.edges.delete(key);
      }
    }
  }

  clients(node, ny, edge) {
    const shown = node.clients.slice(0, PILL.most);
    const more = node.connections - shown.length;
    const all = shown.length + (more > 0 ? 1 : 0);
    shown.forEach((client, i) => {
      const cy = ny + (i - (all - 1) / 2) * PILL.gap;
      const group = this.add(this.layers[1], "g", {});
      this.add(group, "rect", { class: "box", x: X.client - PILL.w / 2, y: cy - PILL.h / 2, width: PILL.w, height: PILL.h, rx: 12 });
      this.text(group, X.client, cy + 5, short(client.name, 15));
      this.add(group, "title", {}).textContent = `${client.name}, room ${client.room}`;
      const d = curve(X.client + PILL.w / 2, cy, X.node - BOX.w / 2, ny);
      edge(client.id, node.name, d, "client");
    });
    if (more > 0) this.text(this.layers[1], X.client, ny + ((all - 1) / 2) * PILL.gap + 5, `and ${more} more`, "soft");
    if (all === 0) this.text(this.layers[1], X.client, ny + 5, "no clients", "soft");
  }

  box(x, y, name, state, note) {
    const group = this.add(this.layers[1], "g", { "data-state": state });
    this.add(group, "rect", { class: "box", x: x - BOX.w / 2, y: y - BOX.h / 2, width: BOX.w, height: BOX.h, rx: 10 });
    if (name === "emitter") {
      this.text(group, x, y + 5, name);
      return;
    }
    const top = note ? y - 15 : y - 6;
    this.text(group, x, top, name);
    this.text(group, x, top + 21, state, "state soft");
    this.text(group, x, top + 41, note, "soft");
  }

  // hop is told when a message has been seen at a server, which is long over by
  // the time that a dot gets there: dots wait for the ones before them.
  hop(hop) {
    if (!this.state || document.hidden) return;
    const now = performance.now();
    if (!this.started.has(hop.message)) {
      this.started.set(hop.message, now + this.publish(hop));
      if (this.started.size > 500) this.started.delete(this.started.keys().next().value);
    }
    if (hop.at === "master") return;
    const wait = Math.max(0, this.started.get(hop.message) - now);
    setTimeout(() => this.deliver(hop), wait);
  }

  // publish starts a message's way to the master, and returns how long it takes.
  publish(hop) {
    const node = this.state.nodes.find((n) => n.name === hop.by);
    const sender = node?.clients.find((c) => c.name === hop.from);
    const way = [];
    if (sender) way.push([sender.id, hop.by]);
    way.push([hop.by, "master"]);
    if (hop.late) return 0;
    this.travel(way, "publish");
    return way.length * STEP;
  }

  deliver(hop) {
    this.travel([["master", hop.at]], "deliver").then(() => {
      for (const node of this.state.nodes) {
        if (node.replica !== hop.at || node.state === "gone") continue;
        const silent = node.state === "frozen" || node.state === "silent";
        this.travel([[hop.at, node.name]], "deliver").then(() => {
          if (silent) return; // it will, when it goes on
          for (const client of node.clients.slice(0, PILL.most)) {
            const sender = node.name === hop.by && client.name === hop.from;
            const inRoom = (!hop.room || hop.room.split(", ").includes(client.room)) &&
              !hop.except.split(", ").includes(client.room);
            if (inRoom && !sender) this.travel([[client.id, node.name]], "deliver", true);
          }
        });
      }
    });
  }

  // travel moves a dot along edges, one after the other.
  async travel(way, kind, backwards) {
    for (const [from, to] of way) {
      const path = this.edges.get(`${from}>${to}`);
      if (path) await this.move(path, kind, backwards);
    }
  }

  move(path, kind, backwards) {
    return new Promise((done) => {
      if (still.matches || this.dots >= MOST_DOTS) {
        path.classList.add("lit");
        setTimeout(() => { path.classList.remove("lit"); done(); }, STEP);
        return;
      }
      this.dots++;
      const dot = this.add(this.layers[2], "circle", { class: `dot ${kind}`, r: 8 });
      const began = performance.now();
      const step = (now) => {
        const part = Math.min(1, Math.max(0, now - began) / STEP);
        const eased = part * part * (3 - 2 * part);
        const point = path.getPointAtLength(path.getTotalLength() * (backwards ? 1 - eased : eased));
        dot.setAttribute("cx", point.x);
        dot.setAttribute("cy", point.y);
        if (part < 1 && path.isConnected) return void requestAnimationFrame(step);
        dot.remove();
        this.dots--;
        done();
      };
      requestAnimationFrame(step);
    });
  }

  add(parent, name, attributes) {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  }

  text(parent, x, y, content, kind = "") {
    this.add(parent, "text", { x, y, class: kind }).textContent = content;
  }
}

// curve leaves and arrives horizontally.
function curve(x1, y1, x2, y2) {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

// lanes goes from a node to the master in a lane beside the replica.
function lanes(x1, y1, lane, x2, y2) {
  return `M${x1} ${y1} C${x1 + 60} ${y1} ${x1 + 50} ${lane} ${x1 + 120} ${lane} H${x2 - 130} C${x2 - 60} ${lane} ${x2 - 70} ${y2} ${x2} ${y2}`;
}

function spread(i, n, by) {
  return n < 2 ? 0 : (i / (n - 1) - 0.5) * by;
}

function short(text, most) {
  const letters = [...text];
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
}
