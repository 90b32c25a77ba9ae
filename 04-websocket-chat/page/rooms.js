// Rooms are those that this page is in, by one connection: the first by the connection's address, the others by a frame
// "join" each.

import { History, keep } from "./history.js";
import { part } from "./draw.js";
import { People } from "./people.js";
import { plain, say } from "./speak.js";

export class Rooms {
  // list is where they are shown; on: choose(room), leave(room), changed(room, news): lines have come; me(): one's name.
  constructor(list, on) {
    Object.assign(this, { list, on });
    this.all = new Map(); // by name, in the order in which they were added
  }

  get(name) { return this.all.get(name); }
  names() { return [...this.all.keys()]; }
  [Symbol.iterator]() { return this.all.values(); }

  // add returns the room of that name, made when it is not there.
  add(name) {
    let room = this.all.get(name);
    if (room) return room;
    room = { name, state: "joining", unread: 0, people: new People(this.on.me) };
    room.history = new History((news) => this.on.changed(room, news));
    this.all.set(name, room);
    this.row(room);
    this.share();
    return room;
  }

  remove(room) {
    this.all.delete(room.name);
    room.item.remove();
    this.share();
  }

  // home is the room that a connection begins in: the one that is shown, unless it refuses us. Undefined: all do.
  home(shown) {
    return [shown, ...this].find((room) => room.state !== "refused");
  }

  // share divides what the page keeps among the rooms.
  share() {
    const lines = Math.min(keep.room, Math.floor(keep.all / this.all.size));
    const characters = Math.floor(keep.characters / this.all.size);
    for (const room of this) room.history.share = { lines, characters };
    this.list.classList.toggle("one", this.all.size === 1); // the last one cannot be left
  }

  row(room) {
    const button = (className, does) => {
      const node = part("button", className, "");
      node.type = "button";
      node.addEventListener("click", does);
      return node;
    };
    room.item = part("li", "", "");
    room.item.dataset.state = room.state;
    room.choose = button("choose", () => this.on.choose(room));
    room.badge = part("span", "badge", "");
    room.choose.append(part("bdi", "", room.name), room.badge);
    const leave = button("leave", () => this.on.leave(room));
    leave.textContent = "×";
    leave.ariaLabel = plain("leaveRoom", { room: room.name });
    room.item.append(room.choose, leave);
    this.list.append(room.item);
  }

  // show marks the room that is shown.
  show(shown) {
    for (const room of this) room.choose.ariaCurrent = room === shown ? "true" : null;
  }

  setState(room, state) {
    room.state = room.item.dataset.state = state;
    this.badge(room);
  }

  setUnread(room, n) {
    if (n === room.unread) return;
    room.unread = n;
    this.badge(room);
  }

  // badge says what there is to say about a room: that it refuses us, or how much in it is unread.
  badge(room) {
    room.badge.className = room.state === "refused" ? "badge bad" : "badge";
    room.badge.replaceChildren(room.state === "refused" ? say("roomRefused") : unreadBadge(room.unread));
  }

  unread() {
    let n = 0;
    for (const room of this) n += room.unread;
    return n;
  }
}

// unreadBadge shows a number. A screen reader says what it counts.
export function unreadBadge(n) {
  const badge = new DocumentFragment();
  if (n === 0) return badge;
  const shown = part("span", "", n);
  shown.ariaHidden = "true";
  badge.append(shown, part("span", "unseen", plain("unread", { n })));
  return badge;
}
