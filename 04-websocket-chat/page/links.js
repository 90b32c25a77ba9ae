// Addresses in what people write become links; nothing else does.

import { balanced } from "./draw.js";

// An address ends before white space, quotes, brackets of <>, and characters that turn the direction of text: nobody
// could see where such a link goes.
const address = /\bhttps?:\/\/[^\s<>"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]+/gi;

// linked puts text into an element, which isolates it, with its addresses as links.
export function linked(element, text) {
  const all = balanced(text);
  let done = 0;
  for (const { 0: found, index } of all.matchAll(address)) {
    const shown = trimmed(found);
    if (!URL.canParse(shown)) continue;
    element.append(all.slice(done, index), link(shown));
    done = index + shown.length;
  }
  element.append(all.slice(done));
  return element;
}

function link(shown) {
  const a = document.createElement("a");
  a.textContent = shown;
  a.href = shown;
  a.target = "_blank";
  a.rel = "noopener noreferrer"; // names and rooms are in this page's address
  return a;
}

// trimmed takes off what ends a sentence rather than an address, and a bracket that was opened before it.
function trimmed(found) {
  for (;;) {
    const last = found.at(-1);
    const opens = { ")": "(", "]": "[", "}": "{" }[last];
    const lone = opens && found.split(last).length > found.split(opens).length;
    if (!lone && !/[.,;:!?'*…、。」』）】］！？，．]/.test(last)) return found;
    found = found.slice(0, -1);
  }
}
