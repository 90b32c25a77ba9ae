// History is the list of what was said in one room.
//
// A flood must not make the page stand still. So messages are queued. With each frame that the browser draws, at most
// `perFrame` of them become lines, and the oldest lines go. While nobody looks at the page no frames are drawn: then a
// timer does it. A line can be long, 64 KiB and more; so all is bounded in characters, too.
//
// Lines stand in lists of 50: one of these that is out of sight is not laid out (chat.css).

import { day } from "./items.js";
import { say } from "./speak.js";

export const keep = { room: 5_000, all: 20_000, characters: 4_000_000 }; // of lines: more rooms than 4 share `all`
const perFrame = { lines: 250, characters: 500_000 };
const perList = { lines: 50, characters: 100_000 };
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
    this.share = { lines: keep.room, characters: keep.characters };
    this.queue = [];
    this.queued = 0;        // characters in the queue
    this.lines = 0;
    this.characters = 0;
    this.long = new WeakMap(); // line → characters
    this.gone = 0;
    this.day = dayOf(new Date());
  }

  // add queues a line. make() makes its element; at is when it was said; counts: it is news; long: its characters, if
  // they may be many. An element that make() only moves is given as item.
  add(entry) {
    this.queue.push(entry);
    this.queued += entry.long ?? 0;
    while (this.queue.length > 1 && (this.queue.length > this.share.lines || this.queued > this.share.characters)) {
      const { item } = this.next();
      if (item) this.remove(item);
      this.gone++;
    }
    due.add(this);
    asked ??= soon(inBackground);
  }

  // next takes the oldest line out of the queue.
  next() {
    const entry = this.queue.shift();
    this.queued -= entry.long ?? 0;
    return entry;
  }

  // draw makes lines of what waits, as long as left, { lines, characters }, is more than nothing, and takes them from it.
  draw(left) {
    let news = 0;
    while (this.queue.length > 0 && left.lines > 0 && left.characters > 0) {
      const { make, at, item, counts, long = 0 } = this.next();
      left.lines--;
      left.characters -= long;
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
  }

  put(line) {
    if (!this.last || this.last.childElementCount >= perList.lines || this.inLast > perList.characters) {
      this.last = document.createElement("ol");
      this.inLast = 0;
      this.lists.append(this.last);
    }
    this.last.append(line);
    this.inLast += this.count(line);
  }

  // count notes that a line is in the history, and returns its length.
  count(line) {
    const long = line.textContent.length;
    this.long.set(line, long);
    this.lines++;
    this.characters += long;
    return long;
  }

  // remove takes an element out, wherever it is.
  remove(item) {
    if (this.lists.contains(item)) {
      this.lines--;
      this.characters -= this.long.get(item);
    }
    item.remove();
  }

  // forget takes an element out, and out of what waits, too.
  forget(item) {
    this.queue = this.queue.filter((entry) => entry.item !== item); // one's own messages have no `long`
    this.remove(item);
  }

  // trim lets the oldest lines go. What is left begins with how many they were, and with their day.
  trim() {
    let lastDay;
    while (this.lines > this.share.lines || this.characters > this.share.characters && this.lines > 1) {
      const first = this.first();
      const oldest = first.firstChild;
      if (!oldest) {
        first.remove();
        continue;
      }
      if (oldest.className === "day") lastDay = oldest;
      else this.gone++;
      this.remove(oldest);
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
    this.count(lastDay);
  }

  // first is the list with the oldest lines.
  first() {
    return this.older ? this.older.nextSibling : this.lists.firstChild;
  }
}

// soon draws what is due with the next frame, or after ms when nobody looks. It returns a function that calls this off.
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
  const left = { ...perFrame };
  for (const history of due) history.draw(left);
  if (due.size > 0) asked = soon(0);
}

function dayOf(date) {
  return date.getFullYear() * 400 + date.getMonth() * 31 + date.getDate();
}
