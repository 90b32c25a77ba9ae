// People are the names of all people in one room, on all nodes. A node tells all of them once, 200 at most, and then
// the names that came and went; only these change in the list.

import { colour, part } from "./draw.js";
import { say } from "./speak.js";

const most = 200; // names; count is always whole
const alphabet = new Intl.Collator();

export class People {
  constructor(me) {
    this.me = me;
    this.list = document.createElement("ul");
    this.rest = part("li", "more", "");
    this.clear();
  }

  // clear is for when nobody tells any more who is there.
  clear() {
    this.names = []; // sorted; one that two connections share is in here twice
    this.count = undefined;
    this.list.replaceChildren();
  }

  // update takes in the data of a "$presence" frame.
  update({ count, present, joined = [], left = [] }) {
    if (present) {
      this.clear();
      joined = present;
    }
    this.count = count;
    for (const name of left) this.drop(name);
    for (const name of joined) this.put(name);
    this.rest.remove();
    if (count <= this.names.length) return;
    this.rest.replaceChildren(say("more", { n: count - this.names.length }));
    this.list.append(this.rest);
  }

  put(name) {
    if (this.names.length >= most) return;
    const at = this.after(name);
    const item = part("li", "c" + colour(name), "");
    item.append(part("bdi", "", name));
    if (name === this.me() && this.names[at - 1] !== name) item.append(" ", part("span", "you", say("you").textContent));
    this.names.splice(at, 0, name);
    this.list.insertBefore(item, this.list.children[at] ?? null);
  }

  drop(name) {
    if (!this.has(name)) return; // not one of those whom we know
    const at = this.after(name) - 1;
    this.names.splice(at, 1);
    this.list.children[at].remove();
  }

  has(name) { return this.names[this.after(name) - 1] === name; }

  // after is where the names that come behind this one begin.
  after(name) {
    let low = 0, high = this.names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(this.names[middle], name) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// order is that of the alphabet. Names that it takes for the same are still two.
function order(a, b) {
  return alphabet.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
