// How what others wrote gets into the page.
//
// It goes in as textContent, never as HTML: a message cannot become markup. And each piece of it stands in a bdi, which
// isolates it: a character that turns the direction of text, right-to-left override for example, turns what is in that
// piece and not the rest of the line.

// part makes an element that holds text.
export function part(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = balanced(text);
  return node;
}

// phrase makes a sentence of fixed words and what others wrote: phrase`${names} joined in ${room}.` A list's items are
// isolated one by one.
export function phrase(words, ...values) {
  const sentence = new DocumentFragment();
  words.forEach((word, i) => {
    sentence.append(word);
    if (i === values.length) return;
    [values[i]].flat().forEach((value, at) => {
      if (at > 0) sentence.append(", ");
      sentence.append(part("bdi", "", value));
    });
  });
  return sentence;
}

// cameOrWent is a sentence about names, not about more than five.
export function cameOrWent(names, what) {
  const more = names.length - 5;
  return more > 0 ? phrase`${names.slice(0, 5)} and ${more} more ${what}.` : phrase`${names} ${what}.`;
}

// message makes the list item of one message. kind is the name of an event that is no "message".
export function message({ from, kind, text, at, mine, personal }) {
  const item = document.createElement("li");
  item.className = mine ? "message mine" : "message";
  const time = at ? new Date(at) : new Date();
  if (!isNaN(time)) { // who publishes at Redis can write anything there
    const clock = part("time", "", time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
    clock.dateTime = time.toISOString();
    item.append(clock);
  }
  const who = part("bdi", "who", from ?? (kind === "binary" ? "somebody" : "announcement"));
  if (from) who.classList.add("c" + colour(from));
  else item.classList.add("announcement");
  item.append(who);
  if (kind) item.append(part("bdi", "tag", kind));
  if (personal) item.append(part("span", "tag personal", "to you alone")); // an event's name can be these words too
  item.append(part("bdi", "text", text), part("span", "state", ""));
  return item;
}

// note makes the list item of a sentence, a phrase or a string.
export function note(kind, sentence) {
  const item = part("li", "note " + kind, "");
  item.append(sentence);
  return item;
}

// words is an event's data as text.
export function words(data) {
  if (typeof data === "string") return data;
  return data === undefined ? "" : JSON.stringify(data);
}

export function colour(name) {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return sum % 6;
}

// balanced closes what text leaves open, and drops what closes more than it has opened. A browser isolates an element
// by putting the same characters around its text; so a lone U+2069 would end the isolation too early, and a lone
// U+2066 to U+2068 would use up its end.
function balanced(text) {
  let open = 0;
  const kept = String(text).replace(/[\u2066-\u2069]/g, (c) => {
    if (c !== "\u2069") return open++, c;
    return open > 0 ? (open--, c) : "\ufffd";
  });
  return kept + "\u2069".repeat(open);
}
