// The lines of a room's list: messages, notes, days.

import { colour, part } from "./draw.js";
import { linked } from "./links.js";
import { lang, plain, say } from "./speak.js";

const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(lang, { weekday: "long", year: "numeric", month: "long", day: "numeric" });

// message makes the item of one message. kind is the name of an event that is no "message".
export function message({ from, kind, text, at, mine, personal }) {
  const item = part("li", mine ? "message mine" : "message", "");
  const time = at ? new Date(at) : new Date();
  if (!isNaN(time)) { // whoever publishes at Redis can write anything there
    const shown = part("time", "", clock.format(time));
    shown.dateTime = time.toISOString();
    item.append(shown);
  }
  const who = part("bdi", "who", from ?? plain(kind === "binary" ? "somebody" : "announcement"));
  if (from) who.classList.add("c" + colour(from));
  else item.classList.add("announcement");
  item.append(who);
  if (kind) item.append(part("bdi", "tag", kind));
  if (personal) item.append(part("span", "tag personal", plain("toYou"))); // an event's name can be these words too
  item.append(linked(part("bdi", "text", ""), text), part("span", "state", ""));
  return item;
}

// note makes the item of a sentence.
export function note(kind, sentence) {
  const item = part("li", "note " + kind, "");
  item.append(sentence);
  return item;
}

// day makes the line between two days.
export function day(date) {
  return part("li", "day", calendar.format(date));
}

// cameOrWent is a sentence about names, not about more than five. what is "joined" or "left".
export function cameOrWent(names, what) {
  const n = names.length - 5;
  return n > 0 ? say(what + "More", { names: names.slice(0, 5), n }) : say(what, { names });
}

// mark writes beside a message how things stand with it.
export function mark(item, state, sentence) {
  item.dataset.state = state;
  item.querySelector(".state").replaceChildren(sentence);
}
