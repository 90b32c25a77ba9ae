// The name and the rooms that somebody wants: those of the address, or those that this browser remembers.

import { inBrowser, inTab } from "./memory.js";
import { theToken } from "./token.js";

const names = (value) => (Array.isArray(value) ? value.filter((name) => typeof name === "string") : []);

// addressed is the room that the address names.
export const addressed = () => new URLSearchParams(location.search).get("room") || "lobby";

// wanted returns { name, rooms, shown }: shown is the room to begin with, "" if nobody has said yet. With a token nobody is
// asked: it says who its bearer is, whatever this browser remembers.
export function wanted() {
  const query = new URLSearchParams(location.search);
  const given = query.has("name") || query.has("room");
  const known = inBrowser.get("me") ?? {};
  const name = query.get("name") ?? (typeof known.name === "string" && !theToken() ? known.name : "");
  const shown = given || theToken() ? addressed() : names([known.shown])[0] ?? "";
  // A reload comes back to all rooms of the tab; a new tab without an address, to those of the last one.
  const more = names(inTab.get("rooms") ?? (given || theToken() ? [] : known.rooms));
  return { name, rooms: [...new Set([...more, shown])], shown };
}

// remember keeps them: in the address, which can be shared, in the tab, and in the browser. A name that only an
// address has given does not replace the one that was typed. With step, another room is a step in the tab's history:
// the browser's Back leads to the one before.
export function remember({ name, rooms, shown }, { typed, step } = {}) {
  const query = new URLSearchParams();
  if (name) query.set("name", name);
  query.set("room", shown);
  const now = new URLSearchParams(location.search);
  if (now.get("lang")) query.set("lang", now.get("lang"));
  if (step && now.get("room") !== shown) history.pushState(null, "", "?" + query);
  else history.replaceState(null, "", "?" + query);
  inTab.set("rooms", rooms);
  if (typed || inBrowser.get("me")?.name === name) inBrowser.set("me", { name, rooms, shown });
}

// ownNode is the base URL of the page's own node. A proxy may serve it under a prefix, as /chat/.
export const ownNode = new URL(".", location.href).href.replace(/\/$/, "");

// nodes are those that the page may go to, its own first.
export function nodes() {
  const peers = document.body.dataset.peers.split(" ");
  return [...new Set([ownNode, ...peers.filter((peer) => peer)])];
}

// address is what a connection asks for: a room, if there is one that may be asked for, and a name, unless it is to be a
// guest's.
export function address(name, room) {
  const query = new URLSearchParams();
  if (name) query.set("name", name);
  if (room !== undefined) query.set("room", room);
  return query;
}
