// One card for each server and node: what it is and knows, and the buttons that break it. A card is made once and changed
// after that, so that a button does not vanish under the pointer.
import { count } from "./picture.js";

const made = new Map(); // by name

export function cards(parent, state, act) {
  for (const server of state.servers) {
    const actions = ["kill", "restart", "freeze", "thaw", ...(state.sentinels || server.name === state.master ? [] : ["cut", "mend"])];
    fill(card(parent, server.name, actions, act), server, serverFacts(server, state), state.inside ? {} : state.cannot);
  }
  for (const node of state.nodes) {
    fill(card(parent, node.name, ["kill", "restart", "freeze", "thaw"], act, node.url), node, nodeFacts(node), state.cannot);
  }
}

// sentinelCards are narrow, and stand in a row of their own.
export function sentinelCards(parent, state, act) {
  for (const sentinel of state.sentinels) {
    fill(card(parent, sentinel.name, ["kill", "restart", "freeze", "thaw"], act), sentinel, sentinelFacts(sentinel), state.cannot);
  }
}

// outputOf is where it stands what came of a deed.
export function outputOf(name) {
  return made.get(name).output;
}

const does = {
  kill: "ends it at once, as kill -9 does",
  restart: "starts it at the same address; a server comes back empty",
  freeze: "lets it stand still: its connections stay open, and nothing is answered",
  thaw: "lets it go on",
  cut: "breaks its link to the master: it answers, and nothing new comes",
  mend: "lets it link to the master again",
};

function serverFacts(server, state) {
  const gone = server.state === "gone";
  const facts = { port: portOf(server.addr), process: gone ? "none" : state.inside ? "in this program" : server.pid };
  if (gone) return facts;
  const master = state.servers.find(({ name }) => name === state.master);
  const linked = server.offset >= 0;
  facts.role = server === master && server.role === "master" ? `master of ${count(server.linked, "replica")}` : roleOf(server, state);
  facts.offset = linked ? server.offset.toLocaleString("en") : server === master ? "not known yet" : "none while it is not linked";
  if (server !== master) {
    facts.lag = linked && master.state !== "gone" ? count(Math.max(0, master.offset - server.offset), "byte") : "not known";
    if (server.quiet >= 0) facts.heard = `${server.quiet} s ago from the master`;
  }
  facts.messages = `${server.seen.toLocaleString("en")} seen here`;
  return facts;
}

// roleOf is what a server says of itself that is not the master. Where Sentinels watch, it is of interest whom it follows.
function roleOf(server, state) {
  const link = server.link || "not linked";
  if (!state.sentinels) return `${server.role}, ${link}`;
  if (server.role === "master") return "a master of its own";
  return `${server.role} of ${server.follows || "another"}${link === "connected" ? "" : `, ${link}`}`;
}

function nodeFacts(node) {
  const facts = { port: portOf(node.url), process: node.pid || "none", "listens at": node.replica };
  if (node.state === "gone") return facts;
  return Object.assign(facts, {
    clients: node.connections.toLocaleString("en"),
    messages: `${node.received.toLocaleString("en")} in, ${node.delivered.toLocaleString("en")} out`,
    missed: `${node.missed.toLocaleString("en")} counted`,
    [node.why ? "why" : "last probe"]: node.why || (node.probed ? ago(node.probed) : "none yet"),
  });
}

function sentinelFacts(sentinel) {
  const facts = { process: `${sentinel.pid || "none"}, port ${portOf(sentinel.addr)}` };
  if (sentinel.state === "gone") return facts;
  return Object.assign(facts, {
    "its master": `${sentinel.master}, epoch ${sentinel.epoch}`,
    "no answer": (sentinel.down.join(", ") || "from nobody") + (sentinel.agreed ? ": enough agree" : ""),
    "its vote": sentinel.vote ? `for ${sentinel.vote}, epoch ${sentinel.votedIn}` : "none so far",
  });
}

// ago is exact to what the state brings, twice a second.
function ago(at) {
  const seconds = Math.max(0, Date.now() - at) / 1000;
  return seconds < 1 ? "under 1 s ago" : `${Math.round(seconds)} s ago`;
}

function portOf(address) {
  return address.split(":").at(-1);
}

function card(parent, name, actions, act, url) {
  if (!made.has(name)) made.set(name, make(parent, name, actions, act, url));
  return made.get(name);
}

function make(parent, name, actions, act, url) {
  const part = document.createElement("article");
  part.className = "part";
  part.id = `part-${name}`;
  const head = document.createElement("div");
  head.className = "head";
  const title = document.createElement("h3");
  title.textContent = name;
  if (url) {
    const link = document.createElement("a");
    Object.assign(link, { href: url, target: "_blank", rel: "noopener", textContent: name });
    title.replaceChildren(link);
  }
  const badge = document.createElement("span");
  badge.className = "badge";
  head.append(title, badge);
  const facts = document.createElement("dl");
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  const all = {};
  for (const action of actions) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: action });
    button.addEventListener("click", () => act(action, name));
    all[action] = button;
    buttons.append(button);
  }
  const output = document.createElement("output");
  const known = document.createElement("div");
  known.className = "known";
  known.append(facts, output); // which lies over them for a while: a card keeps its size
  part.append(head, known, buttons);
  parent.insertBefore(part, parent.querySelector(".last"));
  return { name, badge, facts, all, output };
}

// fill shows what is so, and lets only those buttons be pressed that do something; the others say why not.
function fill(card, part, facts, cannot) {
  card.badge.textContent = part.state;
  card.badge.dataset.state = part.state;
  card.facts.dataset.state = part.state;
  const rows = Object.entries(facts);
  while (card.facts.children.length > rows.length) card.facts.lastChild.remove();
  rows.forEach(([name, value], i) => {
    let row = card.facts.children[i];
    if (!row) {
      row = document.createElement("div");
      row.append(document.createElement("dt"), document.createElement("dd"));
      card.facts.append(row);
    }
    row.firstChild.textContent = name;
    row.lastChild.textContent = value;
    row.lastChild.title = value; // of a long one two lines are shown: a card keeps its size
  });
  const why = { ...whyNot(part.state), ...cannot };
  for (const [action, button] of Object.entries(card.all)) {
    button.disabled = Boolean(why[action]);
    const hand = part.byHand[action] ? `; by hand: ${part.byHand[action]}` : "";
    button.title = why[action] ?? does[action] + hand;
    button.setAttribute("aria-label", `${action} ${card.name}${why[action] ? `: ${why[action]}` : ""}`);
  }
}

function whyNot(state) {
  const gone = "it is gone: restart it first";
  switch (state) {
    case "gone": return { kill: gone, freeze: gone, thaw: gone, cut: gone, mend: gone };
    case "frozen": return { freeze: "it is frozen", cut: "it is frozen: thaw it first", mend: "its link is not cut" };
    case "cut off": return { cut: "its link is cut", thaw: "it is not frozen" };
    case "silent": return {};
    default: return { thaw: "it is not frozen", mend: "its link is not cut" };
  }
}
