// The chat page: it draws what the connection tells, and sends what is typed. How others' text gets in is in draw.js.

import { Connection } from "./connection.js";
import { cameOrWent, colour, message, note, part, phrase, words } from "./draw.js";

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
  setState("connecting", phrase`Connecting to ${node === location.origin ? nodeName() : new URL(node).host} …`);
}

function lost({ why, wait, mayTry }) {
  for (const item of pending.values()) failed(item, "Not known whether this arrived.");
  pending.clear();
  if (document.body.dataset.state === "online") add(note("warn", phrase`Connection lost: ${why}.`));
  setState("offline", phrase`Not connected: ${why}. Trying again.`);
  countDown(wait, mayTry);
}

function refused(sentence) {
  stopCountdown();
  setState("joining", "");
  showChat(false);
  el("refused").replaceChildren(phrase`${sentence}`);
  el("refused").hidden = false;
  el("name").focus();
}

const own = {
  $welcome({ data }) {
    Object.assign(me, { id: data.id, name: data.name, room: data.room });
    setState("online", phrase`Connected to ${data.node} as ${data.name}`);
    el("where").replaceChildren(phrase`${data.room}`);
    document.title = `${data.room} – Chat`;
    showChat(true);
    add(note("good", phrase`You are ${data.name} in ${data.room}, on ${data.node}.`));
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
      if (data.joined.length) add(note("", cameOrWent(data.joined, "joined")));
      if (data.left.length) add(note("", cameOrWent(data.left, "left")));
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
    else add(note("bad", phrase`${data.text}`));
  },
  $degraded({ data }) {
    document.body.classList.add("degraded");
    add(note("warn", phrase`Messages may be missing from now on: ${data.text}`));
  },
  $recovered({ data }) {
    document.body.classList.remove("degraded");
    const missed = data?.missed === undefined ? "how many were missed is not known"
      : data.missed === 1 ? "1 message was missed" : `${data.missed} messages were missed`;
    add(note("good", `Messages arrive again; ${missed}.`));
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
  item.querySelector(".state").replaceChildren(phrase`${words}`);
}

// ---- drawing ----

function add(item, jump = false) {
  const log = el("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  log.append(item); // an item that is in the list already moves to its end
  while (log.children.length > keep) log.firstChild.remove();
  if (atEnd || jump) log.scrollTop = log.scrollHeight; // who reads further up is left in peace
}

function showPeople(count) {
  people.sort((a, b) => a.localeCompare(b));
  const items = people.map((name) => {
    const item = part("li", "c" + colour(name), "");
    item.append(part("bdi", "", name));
    return item;
  });
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
  el("status").replaceChildren(sentence);
  el("send").disabled = state !== "online";
  if (state !== "online") document.body.classList.remove("degraded");
}

function countDown(wait, mayTry) {
  const until = Date.now() + wait;
  const tick = () => {
    el("countdown").textContent = `(in ${Math.ceil(Math.max(0, until - Date.now()) / 1000)} s)`;
  };
  stopCountdown();
  tick();
  countdownTimer = setInterval(tick, 500);
  el("retry").hidden = !mayTry || wait < 2000; // not allowed, or too short to aim at
}

function stopCountdown() {
  clearInterval(countdownTimer);
  el("countdown").textContent = "";
  el("retry").hidden = true;
}

el("retry").addEventListener("click", () => connection.tryNow());
window.addEventListener("online", () => {
  if (document.body.dataset.state === "offline") connection.tryNow();
});

// ---- begin ----

const query = new URLSearchParams(location.search);
el("name").value = query.get("name") ?? "";
el("room").value = query.get("room") ?? "";
if (query.has("name") || query.has("room")) start();
else el("name").focus();
