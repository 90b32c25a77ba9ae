// Addresses in what people write become links; nothing else does.

import { balanced } from "./draw.js";

// An address ends before white space, quotes, brackets of <>, and characters that turn the direction of text: nobody
// could see where such a link goes.
const address = /\bhttps?:\/\/[^\s<>"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]+/gi;
const longest = 2_048; // characters of an address; what is longer stays text
const closes = { "(": ")", "[": "]", "{": "}" };

// linked puts text into an element, which isolates it, with its addresses as links.
export function linked(element, text) {
  const all = balanced(text);
  let done = 0;
  for (const { 0: found, index } of all.matchAll(address)) {
    const shown = trimmed(found);
    if (shown.length > longest || !URL.canParse(shown)) continue;
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

// trimmed takes off what ends a sentence rather than an address, and a bracket that was opened before it. Brackets are
// counted once: somebody can send 60,000 of them.
function trimmed(found) {
  const lone = { ")": 0, "]": 0, "}": 0 }; // how many more are closed than opened
  for (const c of found) {
    if (c in lone) lone[c]++;
    else if (c in closes) lone[closes[c]]--;
  }
  let end = found.length;
  for (; end > 0; end--) {
    const last = found[end - 1];
    if (lone[last] > 0) lone[last]--;
    else if (!/[.,;:!?'*…、。」』）】］！？，．]/.test(last)) break;
  }
  return found.slice(0, end);
}
