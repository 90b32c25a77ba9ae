// How the text of others gets into the page.
//
// It goes in as textContent, never as HTML: a message cannot become markup. And each piece of it stands in a bdi, which
// isolates it: a character that turns the direction of text, right-to-left override for example, turns what is in that
// piece and not the rest of the line.

import { exact } from "./exact.js";

// part makes an element that holds text.
export function part(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = balanced(text);
  return node;
}

// words is an event's data as text; frame is the JSON that it came in.
export function words(data, frame) {
  if (typeof data === "string") return data;
  return data === undefined ? "" : exact(frame);
}

export function colour(name) {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return sum % 6;
}

// balanced closes all isolations that text leaves open, and drops the ends of those that it has not opened. A browser
// isolates an element by putting the same characters around its text; so a lone U+2069 would end the isolation too
// early, and a lone U+2066 to U+2068 would use up its end.
export function balanced(text) {
  let open = 0;
  const kept = String(text).replace(/[\u2066-\u2069]/g, (c) => {
    if (c !== "\u2069") return open++, c;
    return open > 0 ? (open--, c) : "\ufffd";
  });
  return kept + "\u2069".repeat(open);
}
