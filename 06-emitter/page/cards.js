import { linked } from "./picture.js";

// One card for each server and node. A card is made once and changed after that,
// so that a button does not vanish under the pointer.
const made = new Map();

export function cards(parent, state, act) {
  for (const server of state.servers) {
    const card = made.get(server.name) ?? make(parent, server.name, server.name === "master"
      ? ["kill", "restart", "freeze", "thaw"]
      : ["kill", "restart", "freeze", "thaw", "cut", "mend"], act);
    const offset = `offset ${server.offset.toLocaleString("en")}`;
    fill(card, server.state, server.name === "master"
      ? `${server.addr} · ${process(server, state.inside)} · ${offset} · ${linked(server)}`
      : `${server.addr} · ${process(server, state.inside)} · ${offset} · link ${server.link || "none"}`);
  }
  for (const node of state.nodes) {
    const card = made.get(node.name) ?? make(parent, node.name, ["kill", "restart", "freeze", "thaw"], act, node.url);
    const why = node.why ? ` · ${node.why}` : "";
    fill(card, node.state, `${node.pid ? `process ${node.pid}` : "no process"} · listens at ${node.replica} · ` +
      `${node.connections} client${node.connections === 1 ? "" : "s"} · ${node.missed} missed${why}`);
  }
}

function process(server, inside) {
  if (inside) return "inside the program";
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
function fill(card, state, text) {
  card.badge.textContent = state;
  card.badge.dataset.state = state;
  card.text.textContent = text;
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
