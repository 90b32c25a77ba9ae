// The page's own sentences, in the reader's language. The text of others stands in them isolated (draw.js).

import { part } from "./draw.js";
import { languages } from "./words.js";

const asked = new URLSearchParams(location.search).get("lang") ?? "";
export const lang = [asked, ...navigator.languages].map((l) => l.toLowerCase().split("-")[0]).find((l) => Object.hasOwn(languages, l)) ?? "en";

const plural = new Intl.PluralRules(lang);
const number = new Intl.NumberFormat(lang);

// say makes a sentence: say("joined", { names: ["alice", "bob"] }). A text, or each text of a list, is isolated; a number
// is written as the language writes it; a sentence stays one.
export function say(key, values = {}) {
  const sentence = new DocumentFragment();
  for (const piece of words(key, values.n).split(/(\{\w+\})/)) {
    if (!piece.startsWith("{")) {
      sentence.append(piece);
      continue;
    }
    const value = values[piece.slice(1, -1)];
    if (value instanceof Node) sentence.append(value);
    else if (typeof value === "number") sentence.append(number.format(value));
    else {
      [value].flat().forEach((text, at) => {
        if (at > 0) sentence.append(", ");
        sentence.append(part("bdi", "", text));
      });
    }
  }
  return sentence;
}

// plain is the sentence as text: for a title, a label, a live region.
export function plain(key, values) {
  return say(key, values).textContent;
}

// problem is the sentence for a node's "$error": the page's own where it knows the code.
export function problem({ code, text }) {
  return Object.hasOwn(languages[lang], "code_" + code) ? say("code_" + code, { text }) : say("told", { text });
}

// translate fills in what the document leaves open: data-say is an element's text, data-say-label its name,
// data-say-placeholder what an empty field shows.
export function translate(document) {
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll("[data-say]")) element.append(say(element.dataset.say));
  for (const element of document.querySelectorAll("[data-say-label]")) element.ariaLabel = plain(element.dataset.sayLabel);
  for (const element of document.querySelectorAll("[data-say-placeholder]")) element.placeholder = plain(element.dataset.sayPlaceholder);
}

function words(key, n) {
  const entry = languages[lang][key];
  if (entry === undefined) throw new Error(`words.js has no ${key}`);
  return typeof entry === "string" ? entry : entry[plural.select(n)] ?? entry.other;
}
