// The outbox holds the messages of one's own until they have their place in the one order, or have failed.
//
// What is written while there is no connection waits for one, and is then sent in order. One that was under way when the
// connection ended may have arrived. Where the nodes know a message by its key (`once` of "$welcome"), it is sent again, and
// delivered once. Elsewhere it never is by itself: twice is worse than a question. Its text can be got back, after a reload,
// too.

import { mark, message } from "./items.js";
import { inTab } from "./memory.js";
import { problem, say } from "./speak.js";

const ackWithin = 10_000; // milliseconds; a node says "unavailable" long before
const againAfter = 1_100; // milliseconds after which a node that was asked too fast takes more
const most = { messages: 50, characters: 500_000 }; // that wait
const share = 0.8; // of the time that a node knows a key: it took the message later than it was sent

export class Outbox {
  // post(room, message, on) sends and returns whether it could; ready(room): messages to it can be sent now; edit(room, text)
  // gives a text back; me() is one's own name.
  constructor({ post, ready, edit, me }) {
    Object.assign(this, { post, ready, edit, me });
    this.left = known(inTab.get("unsure")); // of before a reload
    this.unsure = new Map();   // item → { room, text, key, since, again } of messages that have no place yet, or failed
    this.waiting = new Map();  // of those, the ones that are to be sent
    this.accepted = new Map(); // item → room of those that are accepted
    this.busy = new Set();     // rooms with one under way of those that waited
    this.once = 0;             // milliseconds in which a node knows a message by its key
  }

  // say shows text in a room at once, and sends it when it can be sent.
  say(room, text, { key = newKey(), since, again } = {}) {
    const item = message({ from: this.me(), text, mine: true });
    room.history.waiting.append(item);
    const mine = { room: room.name, text, key, since, again };
    this.note(item, mine);
    if (this.ready(room) && !this.next(room)) this.send(room, item, mine);
    else this.wait(item, mine);
  }

  // full returns how many messages wait, when no more may.
  full() {
    const all = [...this.waiting.values()];
    const characters = all.reduce((sum, { text }) => sum + text.length, 0);
    return all.length >= most.messages || characters >= most.characters ? all.length : 0;
  }

  wait(item, mine) {
    this.waiting.set(item, mine);
    mark(item, "waiting", mine.again ? say("unsure") : say("waiting"));
    this.save();
  }

  // next is the one of a room that has waited longest: those of an earlier connection stand before those written since.
  next(room) {
    return [...this.unsure].find(([item, mine]) => mine.room === room.name && this.waiting.has(item));
  }

  // flush sends what waits for a room, one after the other: a node takes only so many at once.
  flush(room) {
    const next = this.next(room);
    if (!next || this.busy.has(room.name) || !this.ready(room)) return;
    const [item, mine] = next;
    this.waiting.delete(item);
    this.busy.add(room.name);
    this.send(room, item, mine, () => {
      this.busy.delete(room.name);
      this.flush(room);
    });
  }

  // send sends one. then() is called when it is answered, if others wait for that.
  send(room, item, mine, then) {
    let late;
    const settled = () => {
      clearTimeout(late);
      late = undefined;
    };
    const fail = (sentence) => {
      settled();
      this.failed(room, item, mine, sentence);
      then?.();
    };
    const first = mine.since === undefined;
    if (first) mine.since = Date.now();
    const sent = this.post(room, mine, {
      ack: () => {
        if (!late) return; // given up, and it says so: $placed can still tell better
        settled();
        mark(item, "accepted", say("accepted"));
        this.accepted.set(item, room);
        then?.();
      },
      // Only now the message has its place in the one order that all clients see: after all that came before.
      placed: () => {
        settled();
        this.done(item);
        for (const button of item.querySelectorAll("button")) button.remove();
        mark(item, "placed", "");
        room.history.add({ item, make: () => item });
      },
      failed: (data) => {
        if (!then || data.code !== "rate_limited") return fail(problem(data));
        settled(); // it was dropped
        if (first) mine.since = undefined;
        this.wait(item, mine);
        setTimeout(then, againAfter);
      },
      lost: () => {
        settled();
        this.lost(room, item, mine);
      },
    });
    if (!sent) {
      if (first) mine.since = undefined;
      this.busy.delete(room.name);
      return this.wait(item, mine);
    }
    mark(item, "pending", say("sending"));
    late = setTimeout(() => fail(say("notAcknowledged")), ackWithin);
    this.save();
  }

  // lost is told that no answer will come.
  lost(room, item, mine) {
    this.busy.delete(room.name);
    if (!this.unsure.has(item)) return; // somebody has pressed a button
    if (this.once === 0 || item.dataset.state === "failed") return this.failed(room, item, mine, say("notKnown"));
    this.accepted.delete(item);
    mine.again = true;
    this.wait(item, mine);
  }

  // begin is told for how many seconds the node of a new connection knows a message by its key. It shows what was left when the
  // page was reloaded. A message for a room that the page has left stands in the room that is shown, says so, and goes nowhere
  // by itself.
  begin(once = 0, rooms, shown) {
    this.once = once * 1000;
    for (const mine of this.left.splice(0)) {
      const item = message({ from: this.me(), text: mine.text, mine: true });
      mine.again = mine.since !== undefined;
      this.note(item, mine);
      rooms.get(mine.room)?.history.waiting.append(item);
      this.wait(item, mine);
    }
    for (const [item, mine] of this.waiting) {
      const room = rooms.get(mine.room);
      if (room && (!mine.again || this.knows(mine))) continue;
      this.waiting.delete(item);
      const why = mine.again ? say("notKnownIn", { room: mine.room }) : say("notSentIn", { room: mine.room });
      this.failed(room ?? shown, item, mine, room ? say("notKnown") : why, !!room);
    }
  }

  // refused is told of a room that cannot be joined: nothing that waits for it can be sent.
  refused(room) {
    for (const [item, mine] of this.waiting) {
      if (mine.room !== room.name) continue;
      this.waiting.delete(item);
      this.failed(room, item, mine, mine.again ? say("notKnown") : say("notSentIn", { room: room.name }));
    }
  }

  // knows reports whether the node would know a message when it comes again.
  knows({ since }) {
    const ago = Date.now() - since;
    return ago >= 0 && ago < share * this.once;
  }

  // failed leaves the message where it is by now, with the reason and two buttons. It can fail twice: nobody
  // acknowledges it, and then the connection is lost. Once somebody has pressed a button no other reason matters.
  failed(room, item, mine, sentence, mayRepeat = true) {
    if (!this.unsure.has(item)) return;
    this.accepted.delete(item);
    const again = item.dataset.state === "failed";
    mark(item, "failed", sentence);
    if (again) return;
    const button = (label, does) => {
      const node = document.createElement("button");
      node.type = "button";
      node.append(label);
      node.addEventListener("click", () => {
        this.done(item);
        room.history.forget(item);
        does();
      });
      item.append(node);
    };
    // With its key: where it has arrived after all, it is not delivered a second time.
    if (mayRepeat) button(say("sendAgain"), () => this.say(room, mine.text, { ...mine, again: mine.since !== undefined }));
    button(say("edit"), () => this.edit(room, mine.text));
    room.history.add({ item, make: () => item });
  }

  // recovered is told when the node hears all again. What it has accepted and not heard until now has most likely been
  // missed, as others' messages were: it stands here, before all that comes later, unless its place is told after all.
  recovered() {
    for (const [item, room] of this.accepted) {
      this.done(item);
      mark(item, "unheard", say("unheard"));
      room.history.add({ item, make: () => item });
    }
  }

  note(item, mine) {
    this.unsure.set(item, mine);
    this.save();
  }

  done(item) {
    this.unsure.delete(item);
    this.accepted.delete(item);
    this.save();
  }

  save() {
    inTab.set("unsure", [...this.unsure.values()]);
  }
}

// newKey is the name of a message that nobody can guess: whoever knew it could have it taken for a repeat.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(15))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// known are those entries that an outbox can have stored. One without a key was sent by an older page.
function known(entries) {
  const mine = ({ room, text, key, since }) => {
    if (typeof key !== "string") return { room, text, key: newKey(), since: 0 };
    return { room, text, key, since: typeof since === "number" ? since : undefined };
  };
  return Array.isArray(entries) ? entries.filter((entry) => typeof entry?.room === "string" && typeof entry.text === "string").map(mine) : [];
}
