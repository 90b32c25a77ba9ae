// The outbox holds the messages of one's own until they have their place in the one order, or have failed.
//
// One that failed is never sent again by itself: it may have arrived, and twice is worse than a question. Its text can
// be got back, after a reload, too.

import { mark, message } from "./items.js";
import { inTab } from "./memory.js";
import { problem, say } from "./speak.js";

const ackWithin = 10_000; // milliseconds; a node says "unavailable" long before

export class Outbox {
  // post(room, text, on) sends and returns whether it could; edit(room, text) gives a text back; me() is one's own name.
  constructor({ post, edit, me }) {
    Object.assign(this, { post, edit, me });
    this.left = known(inTab.get("unsure")); // of before a reload
    this.unsure = new Map(); // item → { room, text } of messages that are under way, or failed
    this.accepted = new Map(); // item → room of those that have no place yet
  }

  // say sends text into a room and shows it there at once.
  say(room, text) {
    const item = message({ from: this.me(), text, mine: true });
    room.history.waiting.append(item);
    this.note(item, { room: room.name, text });
    let late;
    const fail = (sentence) => {
      clearTimeout(late);
      late = undefined;
      this.failed(room, item, text, sentence);
    };
    const sent = this.post(room, text, {
      ack: () => {
        if (!late) return; // given up, and it says so: $placed can still tell better
        clearTimeout(late);
        mark(item, "accepted", say("accepted"));
        this.accepted.set(item, room);
      },
      // Only now the message has its place in the one order that all clients see: after all that came before.
      placed: () => {
        clearTimeout(late);
        this.done(item);
        for (const button of item.querySelectorAll("button")) button.remove();
        mark(item, "placed", "");
        room.history.add({ item, make: () => item });
      },
      failed: (data) => fail(problem(data)),
      lost: () => fail(say("notKnown")),
    });
    if (!sent) return fail(say("notSent"));
    mark(item, "pending", say("sending"));
    late = setTimeout(() => fail(say("notAcknowledged")), ackWithin);
  }

  // failed leaves the message where it is by now, with the reason and two buttons. It can fail twice: nobody
  // acknowledges it, and then the connection is lost. Once somebody has pressed a button no other reason matters.
  failed(room, item, text, sentence, mayRepeat = true) {
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
    if (mayRepeat) button(say("sendAgain"), () => this.say(room, text));
    button(say("edit"), () => this.edit(room, text));
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

  // restore shows what was under way, or had failed, when the page was reloaded. A message for a room that the page
  // has left stands in the room that is shown, says so, and goes nowhere by itself.
  restore(rooms, shown) {
    for (const { room: name, text } of this.left.splice(0)) {
      const item = message({ from: this.me(), text, mine: true });
      this.note(item, { room: name, text });
      const room = rooms.get(name);
      this.failed(room ?? shown, item, text, room ? say("notKnown") : say("notKnownIn", { room: name }), !!room);
    }
  }

  note(item, what) {
    this.unsure.set(item, what);
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

// known are those entries that an outbox can have stored.
function known(entries) {
  return Array.isArray(entries) ? entries.filter((entry) => typeof entry?.room === "string" && typeof entry.text === "string") : [];
}
