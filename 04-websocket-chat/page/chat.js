// The chat page: it draws what the connection tells, and sends what is typed.
//
// Everything that others wrote goes into the page as textContent, never as HTML: a message cannot become markup.

import { Connection } from "./connection.js";

const el = (id) => document.getElementById(id);
const keep = 500; // messages in the page; older ones go
const ackWithin = 10_000; // milliseconds; a node says "unavailable" long before

const me = { id: "", name: "", room: "" };
const pending = new Map(); // id → the list item of a message of mine that has no place yet
let nextID = 1;
let people = [];           // names; one that two connections share is in here twice
let connection;

// ---- joining ----

el("join").addEventListener("submit", (e) => {
  e.preventDefault();
  start();
});

function start() {
  const wanted = new URLSearchParams();
  for (const field of ["name", "room"]) {
    if (el(field).value) wanted.set(field, el(field).value);
  }
  // The address can be shared, and a reload joins again.
  history.replaceState(null, "", "?" + (String(wanted) || "room=lobby"));
  el("refused").hidden = true;

  const nodes = [location.origin];
  for (const peer of document.body.dataset.peers.split(" ")) {
    if (peer && !nodes.includes(peer)) nodes.push(peer);
  }
  connection?.drop();
  connection = new Connection(nodes, wanted, { connecting, frame, binary, lost, refused });
  connection.open();
}

// ---- what the connection tells ----

function connecting(node) {
  stopCountdown();
  setState("connecting", `Connecting to ${node === location.origin ? nodeName() : new URL(node).host} …`);
}

function lost({ why, wait }) {
  for (const item of pending.values()) failed(item, "Not known whether this arrived.");
  pending.clear();
  if (document.body.dataset.state === "online") note("warn", `Connection lost: ${why}.`);
  setState("offline", `Not connected: ${why}. Trying again.`);
  countDown(wait);
}

function refused(sentence) {
  stopCountdown();
  setState("joining", "");
  showChat(false);
  el("refused").textContent = sentence;
  el("refused").hidden = false;
  el("name").focus();
}

const own = {
  $welcome({ data }) {
    Object.assign(me, data);
    setState("online", `Connected to ${data.node} as ${data.name}`);
    el("where").textContent = data.room;
    document.title = `${data.room} – Chat`;
    showChat(true);
    note("good", `You are ${data.name} in ${data.room}, on ${data.node}.`);
    el("text").focus();
  },
  $presence({ room, data }) {
    if (room !== me.room) return;
    if (data.present) people = [...data.present];
    else {
      for (const name of data.left) {
        const at = people.indexOf(name);
        if (at >= 0) people.splice(at, 1);
      }
      people.push(...data.joined);
      if (data.joined.length) note("", `${list(data.joined)} joined.`);
      if (data.left.length) note("", `${list(data.left)} left.`);
    }
    showPeople(data.count);
  },
  $ack({ id }) {
    if (pending.has(id)) mark(pending.get(id), "accepted", "accepted");
  },
  // Only now the message has its place in the one order that all clients see: after all that came before.
  $placed({ id }) {
    const item = pending.get(id);
    if (!item) return;
    pending.delete(id);
    mark(item, "placed", "");
    add(item);
  },
  $error({ id, data }) {
    const item = pending.get(id);
    pending.delete(id);
    if (item) failed(item, data.text);
    else note("bad", data.text);
  },
  $degraded({ data }) {
    document.body.classList.add("degraded");
    note("warn", `Messages may be missing from now on: ${data.text}`);
  },
  $recovered({ data }) {
    document.body.classList.remove("degraded");
    const missed = data?.missed === undefined ? "how many were missed is not known"
      : data.missed === 1 ? "1 message was missed" : `${data.missed} messages were missed`;
    note("good", `Messages arrive again; ${missed}.`);
  },
};

function frame(f) {
  if (f.event.startsWith("$")) return own[f.event]?.(f);
  const kind = f.event === "message" ? "" : f.event;
  add(message({ from: f.from, kind, text: words(f.data), at: f.at, personal: f.room === me.id }));
}

function binary(bytes) {
  add(message({ kind: "binary", text: `${bytes.byteLength} bytes` }));
}

// ---- sending ----

el("say").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = el("text").value;
  if (!text || el("send").disabled) return;
  el("text").value = "";
  say(text);
});

function say(text) {
  const item = message({ from: me.name, text, mine: true });
  const id = nextID++;
  add(item, true);
  item.dataset.text = text;
  if (connection.send({ event: "message", data: text, id })) {
    pending.set(id, item);
    mark(item, "pending", "sending");
    setTimeout(() => {
      if (item.dataset.state !== "pending" || !pending.delete(id)) return;
      failed(item, "Not acknowledged: it may have arrived or not.");
    }, ackWithin);
  } else {
    failed(item, "Not sent: there is no connection.");
  }
}

// A message that failed stays where it is, with the reason and a button. It is never sent again by itself: it may
// have arrived, and twice is worse than a question.
function failed(item, why) {
  mark(item, "failed", why);
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Send again";
  again.addEventListener("click", () => {
    if (el("send").disabled) return;
    item.remove();
    say(item.dataset.text);
    el("text").focus();
  });
  item.append(again);
}

function mark(item, state, words) {
  item.dataset.state = state;
  item.querySelector(".state").textContent = words;
}

// ---- drawing ----

function message({ from, kind, text, at, mine, personal }) {
  const item = document.createElement("li");
  item.className = mine ? "message mine" : "message";
  const time = at ? new Date(at) : new Date();
  const clock = part("time", "", time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  clock.dateTime = time.toISOString();
  const who = part("span", "who", from ?? (kind === "binary" ? "somebody" : "announcement"));
  if (from) who.classList.add("c" + colour(from));
  else item.classList.add("announcement");
  item.append(clock, who);
  if (kind) item.append(part("span", "tag", kind));
  if (personal) item.append(part("span", "tag", "to you alone"));
  item.append(part("span", "text", text), part("span", "state", ""));
  return item;
}

function note(kind, text) {
  add(part("li", "note " + kind, text));
}

function add(item, jump = false) {
  const log = el("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  log.append(item); // an item that is in the list already moves to its end
  while (log.children.length > keep) log.firstChild.remove();
  if (atEnd || jump) log.scrollTop = log.scrollHeight; // who reads further up is left in peace
}

function part(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function words(data) {
  if (typeof data === "string") return data;
  return data === undefined ? "" : JSON.stringify(data);
}

function list(names) {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function colour(name) {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return sum % 6;
}

function showPeople(count) {
  people.sort((a, b) => a.localeCompare(b));
  const items = people.map((name) => part("li", "c" + colour(name), name));
  const own = people.indexOf(me.name);
  if (own >= 0) items[own].append(part("span", "you", " (you)"));
  if (count > people.length) items.push(part("li", "more", `and ${count - people.length} more`));
  el("present").replaceChildren(...items);
  el("present-title").textContent = `Here now: ${count}`;
}

function showChat(yes) {
  el("chat").hidden = !yes;
  el("join").hidden = yes;
}

function nodeName() {
  return document.body.dataset.node || location.host;
}

// ---- the line that says how things stand ----

let countdownTimer;

function setState(state, sentence) {
  document.body.dataset.state = state;
  el("status").textContent = sentence;
  el("send").disabled = state !== "online";
  if (state !== "online") document.body.classList.remove("degraded");
}

function countDown(wait) {
  const until = Date.now() + wait;
  const tick = () => {
    el("countdown").textContent = `(in ${Math.ceil(Math.max(0, until - Date.now()) / 1000)} s)`;
  };
  stopCountdown();
  tick();
  countdownTimer = setInterval(tick, 500);
  el("retry").hidden = wait < 2000; // too short to aim at
}

function stopCountdown() {
  clearInterval(countdownTimer);
  el("countdown").textContent = "";
  el("retry").hidden = true;
}

el("retry").addEventListener("click", () => connection.open());
window.addEventListener("online", () => {
  if (document.body.dataset.state === "offline") connection.open();
});

// ---- begin ----

const query = new URLSearchParams(location.search);
el("name").value = query.get("name") ?? "";
el("room").value = query.get("room") ?? "";
if (query.has("name") || query.has("room")) start();
else el("name").focus();
