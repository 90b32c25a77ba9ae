// History is the list of what was said in one room.
//
// A flood must not make the page stand still. So what comes is queued; with each frame that the browser draws, at most
// `perFrame` lines are made of it, and the oldest go. While nobody looks at the page no frames are drawn: then a timer
// does it.
//
// Lines stand in lists of 50: one of these that is out of sight is not laid out (chat.css).

import { day } from "./items.js";
import { say } from "./speak.js";

export const keep = { room: 5_000, all: 20_000 }; // lines in the page; more rooms than 4 share `all`
const perFrame = 250;
const perList = 50;
const inBackground = 250; // milliseconds

const due = new Set(); // histories with something in their queue
let asked; // calls off what will draw them; undefined: nothing will

export class History {
  // changed(messages) is called after lines have come, with how many of them are news.
  constructor(changed) {
    this.changed = changed;
    this.lists = document.createElement("div");
    this.lists.className = "history";
    this.waiting = document.createElement("ol"); // messages of one's own that have no place yet: below all that have
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
    asked ??= soon(inBackground);
  }

  // draw makes lines of what waits, not more than `most`, and returns how many.
  draw(most) {
    const entries = this.queue.splice(0, most);
    let news = 0;
    for (const { make, at, item, counts } of entries) {
      const date = at ? new Date(at) : new Date();
      const on = dayOf(date);
      if (!isNaN(on) && on !== this.day) {
        this.day = on;
        this.put(day(date));
      }
      if (item) this.remove(item); // one that is in the history moves to its end
      this.put(make());
      if (counts) news++;
    }
    this.trim();
    if (this.queue.length === 0) due.delete(this);
    this.changed(news);
    return entries.length;
  }

  put(line) {
    if (!this.last || this.last.childElementCount >= perList) {
      this.last = document.createElement("ol");
      this.lists.append(this.last);
    }
    this.last.append(line);
    this.size++;
  }

  // remove takes an element out, wherever it is.
  remove(item) {
    if (this.lists.contains(item)) this.size--;
    item.remove();
  }

  // forget takes an element out, and out of what waits, too.
  forget(item) {
    this.queue = this.queue.filter((entry) => entry.item !== item);
    this.remove(item);
  }

  // trim lets the oldest lines go. What is left begins with how many they were, and with their day.
  trim() {
    let lastDay;
    while (this.size > this.share) {
      const first = this.first();
      const oldest = first.firstChild;
      if (!oldest) {
        first.remove();
        continue;
      }
      if (oldest.className === "day") lastDay = oldest;
      else this.gone++;
      oldest.remove();
      this.size--;
    }
    if (this.gone === 0) return;
    if (!this.older) {
      this.older = document.createElement("p");
      this.older.className = "note older";
      this.lists.prepend(this.older);
    }
    this.older.replaceChildren(say("older", { n: this.gone }));
    if (!lastDay) return;
    this.first().prepend(lastDay);
    this.size++;
  }

  // first is the list with the oldest lines.
  first() {
    return this.older ? this.older.nextSibling : this.lists.firstChild;
  }
}

// soon draws what is due with the next frame, or after ms when nobody looks. It returns how that is called off.
function soon(ms) {
  if (document.hidden) {
    const timer = setTimeout(drawDue, ms);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(drawDue);
  return () => cancelAnimationFrame(frame);
}

// A frame that is due when the page goes out of sight may not come for hours.
document.addEventListener("visibilitychange", () => {
  if (!asked) return;
  asked();
  asked = soon(inBackground);
});

function drawDue() {
  asked = undefined;
  let left = perFrame;
  for (const history of due) left -= history.draw(left);
  if (due.size > 0) asked = soon(0);
}

function dayOf(date) {
  return date.getFullYear() * 400 + date.getMonth() * 31 + date.getDate();
}
