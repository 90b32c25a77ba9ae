// The time line: what each part was over the last minute, what was done to it, what was noticed and when, and how many
// messages were counted as missed.
import { draw, text } from "./svg.js";

const minute = 60_000; // milliseconds
const LEFT = 84, RIGHT = 10, LANE = 22, TOP = 4; // pixels
const answersWithin = 15_000; // milliseconds after something is done, in which what is noticed is held to follow from it

export class Timeline {
  constructor(svg, list) {
    Object.assign(this, { svg, list });
    this.names = [];
    this.clear();
    this.layers = ["lanes", "marks"].map((name) => draw(svg, "g", { class: name }));
    new ResizeObserver(() => this.draw()).observe(svg);
  }

  clear() {
    this.moments = []; // the oldest first
    this.done = null; // the last thing that was done
    this.list.replaceChildren();
  }

  parts(state) {
    this.inside = state.inside;
    const names = [...state.servers, ...state.nodes].map((part) => part.name);
    if (String(names) === String(this.names)) return;
    this.names = names;
    this.svg.setAttribute("height", TOP + LANE * names.length + 20);
    this.draw();
  }

  add(moment) {
    this.moments.push(moment);
    this.moments.sort((a, b) => a.at - b.at); // an action is told when it is through, with the time when it began
    const old = Date.now() - 2 * minute;
    while (this.moments.length > 1000 || this.moments[0]?.at < old && this.isOver(this.moments[0])) this.moments.shift();
    if (moment.kind !== "became") this.tell(moment);
    this.draw();
  }

  // isOver: a state goes on until the next one of the same part.
  isOver(moment) {
    return moment.kind !== "became" || this.moments.some((later) => later !== moment && later.kind === "became" && later.who === moment.who);
  }

  // tell puts a moment into the list: the time, how long after the last deed, what, and the command line.
  tell(moment) {
    const item = document.createElement("li");
    item.className = moment.kind;
    item.dataset.at = moment.at;
    const time = document.createElement("time");
    time.textContent = new Date(moment.at).toLocaleTimeString("en-GB");
    const what = document.createElement("bdi");
    what.textContent = moment.kind === "done" ? `${moment.text} ${moment.who}` : moment.text;
    if (moment.kind === "lost") what.textContent = `${moment.who}: ${moment.text}`;
    item.append(time);
    if (moment.kind === "done") this.done = moment;
    const after = moment.at - this.done?.at;
    if (moment.kind !== "done" && after >= 0 && after < answersWithin) {
      item.append(part("span", "after", `+${(after / 1000).toFixed(1)} s`));
    }
    item.append(what);
    if (moment.command) {
      item.append(part("span", "hand", this.inside && !moment.command.startsWith("kill -") ? "the same, typed where the system runs: " : "the same by hand: "),
        part("code", "", moment.command));
    }
    const next = [...this.list.children].find((other) => Number(other.dataset.at) <= moment.at);
    this.list.insertBefore(item, next ?? null);
    while (this.list.childElementCount > 40) this.list.lastChild.remove();
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
    for (const moment of this.moments) {
      const i = this.names.indexOf(moment.who);
      if (moment.kind === "became" || i < 0 || now - moment.at > minute) continue;
      const at = x(moment.at), y = TOP + LANE * i + LANE / 2;
      const mark = draw(marks, "g", { class: moment.kind, transform: `translate(${at} ${y})` });
      draw(mark, "title", {}).textContent = moment.text;
      if (moment.kind === "lost") text(mark, 0, 5, `−${moment.count.toLocaleString("en")}`);
      else draw(mark, "path", { d: moment.kind === "done" ? "M-7 -10 H7 L0 4 Z" : "M0 -6 L6 0 L0 6 L-6 0 Z" });
    }
  }
}

function part(tag, className, content) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}
