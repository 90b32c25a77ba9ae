// The chat page: it draws what the connection tells, and sends what is typed. How others' text gets in is in draw.js.

import { Announcer } from "./announce.js";
import { watch } from "./away.js";
import { Compose } from "./compose.js";
import { Connection } from "./connection.js";
import { words } from "./draw.js";
import { focus, JoinForm } from "./joinform.js";
import { Lines } from "./lines.js";
import { Membership } from "./membership.js";
import { Missed } from "./missed.js";
import { Outbox } from "./outbox.js";
import { foldPanels } from "./panels.js";
import { Place } from "./place.js";
import { Requests } from "./requests.js";
import { Rooms, unreadBadge } from "./rooms.js";
import { plain, problem, say, translate } from "./speak.js";
import { Status } from "./status.js";
import { takeToken, watchToken } from "./token.js";
import { View } from "./view.js";
import { address, addressed, nodes, ownNode, remember, wanted } from "./wanted.js";

const el = (id) => document.getElementById(id);

translate(document);

const me = { id: "", name: "" }; // as the node says
let name = "";                   // as was asked for; "": a guest
let shown;                       // the room that is shown
let connection;
let heard;                       // after a loss: the moment of the last frame before it
let wasAway;                     // this connection has come after a loss

const status = new Status(document.body, {
  status: el("status"), missing: el("missing"), network: el("network"), countdown: el("countdown"), retry: el("retry"),
});
const view = new View(el("log"), el("jump"));
const requests = new Requests();
const rooms = new Rooms(el("rooms"), { choose, leave, changed, me: () => me.name });
const lines = new Lines(rooms, new Announcer(el("announce")), () => shown);
const place = new Place();
const missed = new Missed(lines, place);
const compose = new Compose(el("say"), el("text"), (text) => {
  const why = whyHeld();
  if (why) return el("unsent").replaceChildren(why);
  outbox.say(shown, text);
  view.toEnd();
  return true;
});
const outbox = new Outbox({
  me: () => me.name,
  post: (room, { text, key, again }, on) => requests.send(connection, { event: "message", data: text, room: room.name, key, again }, on),
  ready: (room) => status.state === "online" && room.state === "joined",
  edit: (room, text) => {
    choose(room);
    compose.giveBack(text);
  },
});

// ---- joining ----

function start(want, typed) {
  name = want.name;
  for (const room of [...rooms]) if (!want.rooms.includes(room.name)) rooms.remove(room);
  for (const room of want.rooms) rooms.setState(rooms.add(room), "joining");
  show(rooms.get(want.shown));
  remember(want, { typed });
  joinForm.hide();

  connection?.drop();
  connection = new Connection(nodes(), query, { connecting, frame, binary, lost, refused });
  connection.open();
}

function query() {
  const home = rooms.home(shown)?.name;
  return place.ask(address(name, home), home, (name) => rooms.get(name));
}

const joinForm = new JoinForm({ form: el("join"), name: el("name"), room: el("room"), refused: el("refused"), chat: el("chat") }, (name, room) => {
  const others = [...rooms].filter((room) => room.state !== "refused").map((room) => room.name);
  start({ name, rooms: [...new Set([...others, room])], shown: room }, true);
});

function ask(why) {
  el("where").replaceChildren();
  joinForm.show(name, shown?.name ?? "", why);
}

el("rename").addEventListener("click", () => {
  requests.lost();
  connection.drop();
  status.set("joining", "");
  ask();
});

// ---- what the connection tells ----

function connecting(node) {
  const host = node === ownNode ? document.body.dataset.node || location.host : new URL(node).host;
  status.set("connecting", say("connecting", { node: host }));
  showState();
}

function lost({ why, wait, mayTry }) {
  gone(why);
  status.countDown(wait, mayTry);
}

function gone(why) {
  requests.lost();
  if (status.state === "online") {
    heard = connection.last;
    lines.tellAll("warn", () => say("lost", { why: say(...why) }));
  }
  for (const room of rooms) if (room.state === "joined") rooms.setState(room, "joining");
  status.set("offline", say("offline", { why: say(...why) }));
  showState();
}

function refused(text) {
  if (text.startsWith("after is the place")) { // of nodes that were there before: it leads nowhere
    place.forget();
    return connection.open();
  }
  if (status.state === "online") gone(["told", { text }]);
  status.set("refused", say("refusedHere"));
  ask(text);
}

const own = {
  $welcome({ data }) {
    Object.assign(me, { id: data.id, name: data.name });
    place.begin(data);
    missed.begin();
    status.set("online", say("connected", { node: data.node, name: data.name }));
    const home = rooms.get(data.room);
    if (home) {
      rooms.setState(home, "joined");
      place.join(home.name);
    } else connection.send({ event: "leave", data: data.room }); // somebody left it while we were away
    wasAway = heard !== undefined;
    if (heard) lines.back(data.node, heard.ago(), (room) => place.asked.has(room.name));
    else if (home) lines.tell(home, "good", say("welcome", { name: data.name, room: data.room, node: data.node }));
    heard = undefined;
    if (document.activeElement === document.body) focus(el("text"));
    outbox.begin(data.once, rooms, shown);
    if (home) outbox.flush(home);
    showState();
    membership.begin();
  },
  "$caught-up"({ data }) {
    missed.end(data, wasAway);
  },
  $presence({ room: name, data }) {
    const room = rooms.get(name);
    if (!room) return;
    lines.presence(room, data, me.name);
    if (room === shown) showPeople();
  },
  $error({ data }) {
    lines.tell(shown, "bad", problem(data));
  },
  $expiring({ data }) {
    lines.tellAll("warn", () => say("expiring", { n: data.seconds }));
  },
  $degraded({ data }) {
    status.degraded();
    lines.degraded(data.text);
  },
  $recovered({ data: { missed: n } = {} }) {
    const news = status.recovered(n);
    if (news === "recovered") outbox.recovered();
    if (news) lines.recovered(news, n);
  },
};

function frame(f, text) {
  place.note(f);
  if (requests.answer(f)) return;
  if (f.event.startsWith("$")) return own[f.event]?.(f);
  const personal = f.room === me.id;
  // A message for several rooms or for everybody names no room: it stands in the room that is shown.
  const room = personal || f.room === undefined ? shown : rooms.get(f.room);
  if (!room) return;
  missed.heard(room);
  lines.hear(room, { from: f.from, kind: f.event === "message" ? "" : f.event, text: words(f.data, text), at: f.at, personal });
}

function binary(bytes) {
  place.noteBytes();
  missed.heard(shown);
  lines.hear(shown, { kind: "binary", text: plain("bytes", { n: bytes.byteLength }) });
}

// ---- rooms ----

const membership = new Membership(rooms, {
  ask: (frame, on) => requests.send(connection, frame, on),
  tell: (room, sentence) => lines.tell(room, "bad", sentence),
  changed: (room) => {
    if (room.state === "joined") place.join(room.name);
    if (room.state === "refused") {
      place.leave(room.name);
      outbox.refused(room);
    }
    if (rooms.get(room.name) !== room) connection.send({ event: "leave", data: room.name }); // it was left meanwhile
    outbox.flush(room);
    showState();
  },
});

function choose(room, step = true) {
  show(room);
  remember({ name, rooms: rooms.names(), shown: room.name }, { step });
  foldPanels();
  el("text").focus();
}

// The browser's Back and Forward lead from room to room. One that was left meanwhile is joined again, as it is by any
// other way to its address.
addEventListener("popstate", () => {
  if (!el("join").hidden) return;
  choose(rooms.add(addressed()), false);
  membership.begin();
});

function leave(room) {
  if (room.state === "joined") connection.send({ event: "leave", data: room.name });
  rooms.remove(room);
  place.leave(room.name);
  compose.forget(room.name);
  choose(room === shown ? rooms[Symbol.iterator]().next().value : shown, false);
}

el("add").addEventListener("submit", (e) => {
  e.preventDefault();
  const wanted = el("another").value;
  if (!wanted) return;
  el("another").value = "";
  choose(rooms.add(wanted));
  membership.begin();
});

function show(room) {
  shown = room;
  el("unsent").replaceChildren();
  rooms.setUnread(room, 0);
  rooms.show(room);
  view.show(room.history);
  compose.show(room.name);
  el("where").replaceChildren(say("named", { name: room.name }));
  el("present").replaceChildren(room.people.list);
  showPeople();
  showUnread();
  showState();
}

// changed is called when lines have come to a room's history.
function changed(room, news) {
  if (room === shown) view.grown(news);
  rooms.setUnread(room, room === shown && !document.hidden ? 0 : room.unread + news);
  showUnread();
}

document.addEventListener("visibilitychange", () => {
  if (shown) changed(shown, 0);
});

// ---- what is shown around it ----

function showState() {
  const online = status.state === "online";
  el("send").disabled = shown.state === "refused";
  if (outbox.ready(shown)) el("unsent").replaceChildren();
  if (!online) for (const room of rooms) room.people.count = undefined; // nobody tells us who is here now
  showPeople();
}

// whyHeld says why a message stays in its field; undefined: it need not.
function whyHeld() {
  if (shown.state === "refused") return say("heldRoom", { room: shown.name });
  const n = outbox.ready(shown) ? 0 : outbox.full();
  return n ? say("heldFull", { n }) : undefined;
}

function showPeople() {
  const n = shown.people.count;
  el("present-title").replaceChildren(n === undefined ? say("unknown") : say("hereNow", { n }));
}

function showUnread() {
  const n = rooms.unread();
  el("unread").replaceChildren(unreadBadge(n));
  document.title = (n ? `(${n}) ` : "") + plain("title", { room: shown.name });
}

el("retry").addEventListener("click", () => connection.tryNow());

watch({
  talking: () => (el("join").hidden ? connection : undefined),
  gone,
  // A node on this machine is there without a network, too. So what the browser says is shown, and the node is asked.
  network() {
    status.showNetwork();
    if (navigator.onLine && status.state === "offline") connection.tryNow();
    else connection?.check();
  },
});

// ---- begin ----

watchToken((token) => {
  if (!el("join").hidden) {
    const room = shown?.name ?? addressed();
    return start({ name: "", rooms: [...new Set([...rooms.names(), room])], shown: room });
  }
  requests.send(connection, { event: "$token", data: token }, {
    ack: () => { connection.expiring = false; },
    failed: (data) => lines.tell(shown, "bad", problem(data)),
    lost: () => {}, // the next connection begins with it
  });
});

takeToken();
const begin = wanted();
name = begin.name;
if (begin.shown) start(begin);
else ask();
