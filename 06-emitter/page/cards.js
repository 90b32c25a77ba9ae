import { clients, linked } from "./picture.js";

// One card for each server and node. A card is made once and changed after that,
// so that a button does not vanish under the pointer.
const made = new Map();

export function cards(parent, state, act) {
  for (const server of state.servers) {
    const card = made.get(server.name) ?? make(parent, server.name, server.name === "master"
      ? ["kill", "restart", "freeze", "thaw"]
      : ["kill", "restart", "freeze", "thaw", "cut", "mend"], act);
    const facts = [server.addr, process(server, state.inside)];
    if (server.state !== "gone") {
      facts.push(`offset ${server.offset.toLocaleString("en")}`);
      facts.push(server.name === "master" ? linked(server) : `link ${server.link || "none"}`);
    }
    fill(card, server.state, facts);
  }
  for (const node of state.nodes) {
    const card = made.get(node.name) ?? make(parent, node.name, ["kill", "restart", "freeze", "thaw"], act, node.url);
    const facts = [node.url.replace("http://", ""), node.pid ? `process ${node.pid}` : "no process", `listens at ${node.replica}`];
    if (node.state !== "gone") facts.push(clients(node), `${node.missed} counted as missed`);
    if (node.why) facts.push(node.why);
    fill(card, node.state, facts);
  }
}

function process(server, inside) {
  if (inside) return server.state === "gone" ? "no server" : "inside the program";
  return server.pid ? `process ${server.pid}` : "no process";
}

function make(parent, name, actions, act, url) {
  const part = document.createElement("article");
  part.className = "part";
  const head = document.createElement("div");
  head.className = "head";
  const title = document.createElement("h3");
  title.textContent = name;
  const badge = document.createElement("span");
  badge.className = "badge";
  const text = document.createElement("p");
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = name;
    title.replaceChildren(link);
  }
  const all = {};
  for (const action of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action;
    button.setAttribute("aria-label", `${action} ${name}`);
    button.addEventListener("click", () => act(action, name));
    all[action] = button;
    buttons.append(button);
  }
  head.append(title, badge);
  part.append(head, text, buttons);
  parent.append(part);
  const card = { badge, text, all };
  made.set(name, card);
  return card;
}

// fill shows what is so, and lets only those buttons be pressed that do something.
function fill(card, state, facts) {
  card.badge.textContent = state;
  card.badge.dataset.state = state;
  card.text.textContent = facts.join("\n");
  const gone = state === "gone", frozen = state === "frozen", cut = state === "cut off", silent = state === "silent";
  const can = {
    kill: !gone,
    restart: true,
    freeze: !gone && !frozen,
    thaw: frozen || silent,
    cut: !gone && !cut && !frozen,
    mend: cut || silent,
  };
  for (const [action, button] of Object.entries(card.all)) button.disabled = !can[action];
}
