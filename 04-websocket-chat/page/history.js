// History is the list of what was said in one room.
//
// A flood must not make the page stand still. So what comes is queued; with each frame that the browser draws, at most
// `perFrame` lines are made of it, and the oldest go. While nobody looks at the page no frames are drawn: then a timer
// does it.

import { day } from "./items.js";
import { say } from "./speak.js";

export const keep = { room: 5_000, all: 20_000 }; // lines in the page; more rooms than 4 share `all`
const perFrame = 250;
const inBackground = 250; // milliseconds

const due = new Set(); // histories with something in their queue
let asked = false;

export class History {
  // changed(messages) is called after lines have come, with how many of them are news.
  constructor(changed) {
    this.changed = changed;
    this.list = list("history");
    this.waiting = list("waiting"); // messages of one's own that have no place yet: below all that have
    this.share = keep.room;
    this.queue = [];
    this.size = 0;
    this.gone = 0;
    this.day = dayOf(new Date());
  }

  // add queues a line. make() makes its element; at is when it was said; counts: it is news. An element that make()
  // only moves is given as item.
  add(entry) {
    this.queue.push(entry);
    if (this.queue.length > this.share) {
      this.queue.shift().item?.remove();
      this.gone++;
    }
    due.add(this);
    if (!asked) {
      asked = true;
      if (document.hidden) setTimeout(drawDue, inBackground);
      else requestAnimationFrame(drawDue);
    }
  }

  // draw makes lines of what waits, not more than `most`, and returns how many.
  draw(most) {
    const entries = this.queue.splice(0, most);
    const lines = new DocumentFragment();
    let news = 0;
    for (const { make, at, item, counts } of entries) {
      const date = at ? new Date(at) : new Date();
      const on = dayOf(date);
      if (!isNaN(on) && on !== this.day) {
        this.day = on;
        lines.append(day(date));
        this.size++;
      }
      if (item) this.remove(item); // one that is in the list moves to its end
      lines.append(make());
      this.size++;
      if (counts) news++;
    }
    this.list.append(lines);
    this.trim();
    if (this.queue.length === 0) due.delete(this);
    this.changed(news);
    return entries.length;
  }

  // remove takes an element out, wherever it is.
  remove(item) {
    if (item.parentNode === this.list) this.size--;
    item.remove();
  }

  // trim lets the oldest lines go. What is left begins with how many they were, and with their day.
  trim() {
    let lastDay;
    while (this.size > this.share) {
      const oldest = this.older ? this.older.nextSibling : this.list.firstChild;
      if (oldest.classList.contains("day")) lastDay = oldest;
      else this.gone++;
      oldest.remove();
      this.size--;
    }
    if (this.gone === 0) return;
    if (!this.older) {
      this.older = document.createElement("li");
      this.older.className = "note older";
      this.list.prepend(this.older);
    }
    this.older.replaceChildren(say("older", { n: this.gone }));
    if (!lastDay) return;
    this.older.after(lastDay);
    this.size++;
  }
}

function drawDue() {
  asked = false;
  let left = perFrame;
  for (const history of due) left -= history.draw(left);
  if (due.size === 0) return;
  asked = true;
  if (document.hidden) setTimeout(drawDue, 0);
  else requestAnimationFrame(drawDue);
}

function list(className) {
  const ol = document.createElement("ol");
  ol.className = className;
  return ol;
}

function dayOf(date) {
  return date.getFullYear() * 400 + date.getMonth() * 31 + date.getDate();
}
