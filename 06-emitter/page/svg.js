// Making SVG: elements, and text from others, which is only ever set as text.

const NS = "http://www.w3.org/2000/svg";

export function draw(parent, name, attributes) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

export function text(parent, x, y, content, kind = "") {
  const element = draw(parent, "text", { x, y, class: kind });
  element.textContent = content;
  return element;
}

// short is the beginning of a text, by letters.
export function short(text, most) {
  const letters = [...text];
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
}

// colour is the class of a sender's colour, the same as in the chat's page; no name: the emitter's.
export function colour(name) {
  if (!name) return "ce";
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return "c" + (sum % 6);
}
