// How far this page has come. Where the nodes keep what was said, each message has a place in the one order, and a page
// that comes back, to any node, says the last one that it has: then it gets what it missed. A node that keeps nothing
// tells no place, and is told none.
//
// The place is this tab's, also after a reload, or when the browser has frozen the tab.

import { inTab } from "./memory.js";

const mostWas = 8;          // connections before that a node is told of
const longestQuery = 4_000; // characters: a node reads an address of 16 KiB at most, and cookies and tokens count, too

export class Place {
  constructor() {
    const { at, was, rooms } = inTab.get("place") ?? {};
    this.at = typeof at === "string" ? at : "";
    this.was = names(was);     // connections of ours whose own messages are behind the place
    this.rooms = names(rooms); // that we were in
    this.asked = new Set();    // those that this connection gets what it missed of
    const save = () => this.save();
    addEventListener("pagehide", save);
    document.addEventListener("freeze", save);
    document.addEventListener("visibilitychange", save);
  }

  // ask adds to what a connection asks for: home is its room, and still(name) says whether we want to be in a room.
  ask(query, home, still) {
    this.asked.clear();
    if (!this.at) return query;
    query.set("after", this.at);
    query.set("was", this.was.join());
    this.asked.add(home);
    for (const name of this.rooms) {
      if (name === home || !still(name) || query.toString().length > longestQuery) continue;
      query.append("also", name);
      this.asked.add(name);
    }
    return query;
  }

  // begin is told what a node says first.
  begin({ id, place }) {
    if (!place) {
      this.asked.clear(); // it keeps nothing
      this.was = [];
      this.at = "";
      return;
    }
    this.was = [...this.was, id].slice(-mostWas);
    if (!this.at) this.at = place;
  }

  // note takes the place of a frame. That of bytes comes ahead of them, in a frame of its own, and counts when they are here.
  note({ event, place }) {
    if (event === "$caught-up") this.was = this.was.slice(-1);
    if (event === "$place") this.ahead = place;
    else if (place) this.at = place;
  }

  noteBytes() {
    this.at = this.ahead ?? this.at;
    this.ahead = undefined;
  }

  join(name) {
    if (!this.rooms.includes(name)) this.rooms.push(name);
  }

  leave(name) {
    this.rooms = this.rooms.filter((other) => other !== name);
  }

  forget() {
    this.at = "";
    this.save();
  }

  save() {
    inTab.set("place", { at: this.at, was: this.was, rooms: this.rooms });
  }
}

function names(value) {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
