// The time line: what each part was over the last minute, what was done to it, what was noticed and when, and how many
// messages were counted as missed.
import { draw, text } from "./svg.js";

const minute = 60_000; // milliseconds
const LEFT = 84, RIGHT = 10, LANE = 22, TOP = 4; // pixels
const followsWithin = 15_000; // milliseconds after a deed, in which what is noticed is held to follow from it
const mostTold = 40;

export class Timeline {
  constructor(svg, list) {
    Object.assign(this, { svg, list });
    this.names = [];
    this.clear();
    this.layers = ["lanes", "marks"].map((name) => draw(svg, "g", { class: name }));
    new ResizeObserver(() => this.draw()).observe(svg);
  }

  clear() {
    this.moments = []; // the oldest first; the list stays until there is a new one
  }

  parts(state) {
    this.listens = new Map(state.nodes.map((node) => [node.name, node.replica]));
    const watched = state.sentinels ?? [];
    // What is noticed may follow from what was done to the master; where Sentinels watch, to any server, and to them.
    this.concerns = new Set(watched.length ? [...state.servers, ...watched].map((part) => part.name) : [state.master]);
    const names = [...state.servers, ...watched, ...state.nodes].map((part) => part.name);
    if (String(names) === String(this.names)) return;
    this.names = names;
    this.svg.setAttribute("height", TOP + LANE * names.length + 20);
    this.draw();
  }

  add(moment) {
    if (this.moments.some((other) => same(other, moment))) return; // told while the stream began
    this.moments.push(moment);
    // An action is told when it is through, with the time when it began.
    this.moments.sort((a, b) => a.at - b.at || (b.kind === "done") - (a.kind === "done"));
    const old = Date.now() - 2 * minute;
    this.moments = this.moments.filter((moment, i) => moment.at > old || this.lasts(moment, i, old));
    this.draw();
    if (moment.kind !== "became") this.tell();
  }

  // lasts: a state goes on until the next one of the same part.
  lasts(moment, i, old) {
    const next = this.moments.slice(i + 1).find((later) => later.kind === "became" && later.who === moment.who);
    return moment.kind === "became" && !(next?.at <= old);
  }

  // tell lists the moments: when, how long after the deed that it follows from, what, and the command line.
  tell() {
    const told = this.moments.filter((moment) => moment.kind !== "became").slice(-mostTold);
    this.list.replaceChildren(...told.map((moment) => this.item(moment)).reverse());
  }

  item(moment) {
    const item = document.createElement("li");
    item.className = moment.kind;
    const what = part("bdi", "", moment.kind === "done" ? `${moment.text} ${moment.who}` : moment.text);
    if (moment.kind === "lost") what.textContent = `${moment.who}: ${moment.text}`;
    what.title = what.textContent;
    item.append(part("time", "", new Date(moment.at).toLocaleTimeString("en-GB")));
    const cause = moment.kind !== "done" && this.causeOf(moment);
    if (cause) item.append(part("span", "after", `+${((moment.at - cause.at) / 1000).toFixed(2)} s`));
    item.append(what);
    if (moment.command) {
      const hand = part("span", "hand", moment.typed ? "the same, typed where the system runs: " : "the same by hand: ");
      hand.append(part("code", "", moment.command));
      item.append(hand);
    }
    return item;
  }

  // causeOf is the last deed from which a moment may follow: done to the same part, to what it listens at, or to what concerns all.
  causeOf(moment) {
    return this.moments.findLast((deed) => deed.kind === "done" && deed.at <= moment.at && moment.at - deed.at < followsWithin &&
      (deed.who === moment.who || this.concerns?.has(deed.who) || deed.who === this.listens?.get(moment.who)));
  }

  draw() {
    const now = Date.now(), W = this.svg.clientWidth;
    const x = (at) => LEFT + (W - LEFT - RIGHT) * Math.max(0, 1 - (now - at) / minute);
    const [lanes, marks] = this.layers;
    lanes.replaceChildren();
    marks.replaceChildren();
    const bottom = TOP + LANE * this.names.length;
    for (let s = 0; s <= 60; s += 10) {
      const at = x(now - s * 1000);
      draw(lanes, "path", { class: "grid", d: `M${at} ${TOP} V${bottom}` });
      text(lanes, at, bottom + 15, s === 0 ? "now" : `-${s} s`, "scale" + (s === 0 ? " last" : ""));
    }
    this.names.forEach((name, i) => {
      const y = TOP + LANE * i;
      text(lanes, LEFT - 8, y + 16, name, "lane");
      const states = this.moments.filter((moment) => moment.who === name && moment.kind === "became");
      states.forEach((state, k) => {
        const from = x(state.at), to = k + 1 < states.length ? x(states[k + 1].at) : x(now);
        const bar = draw(lanes, "rect", { x: from, y: y + 4, width: Math.max(0, to - from), height: LANE - 8, rx: 3, "data-state": state.text });
        draw(bar, "title", {}).textContent = `${name}: ${state.text}`;
      });
    });
    // What was counted comes last, on top: it must stay readable.
    const rank = (moment) => (moment.kind === "lost" ? 1 : 0);
    for (const moment of [...this.moments].sort((a, b) => rank(a) - rank(b))) {
      const i = this.names.indexOf(moment.who);
      if (moment.kind === "became" || i < 0 || now - moment.at > minute) continue;
      const at = x(moment.at), y = TOP + LANE * i + LANE / 2;
      const mark = draw(marks, "g", { class: moment.kind, transform: `translate(${at} ${y})` });
      draw(mark, "title", {}).textContent = moment.text;
      if (moment.kind === "lost") text(mark, at < LEFT + 60 ? 8 : -8, 5, `−${moment.count.toLocaleString("en")}`, at < LEFT + 60 ? "right" : "");
      else draw(mark, "path", { d: moment.kind === "done" ? "M-7 -10 H7 L0 4 Z" : "M0 -6 L6 0 L0 6 L-6 0 Z" });
    }
  }
}

function same(a, b) {
  return a.at === b.at && a.kind === b.kind && a.who === b.who && a.text === b.text;
}

function part(tag, className, content) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}
