// The Sentinels in the picture: three small boxes beside the master, which servers they watch, and for whom they vote.
import { draw, text } from "./svg.js";

const SMALL = { w: 98, h: 68, gap: 7, aside: 24 };
const shownFor = 10_000; // milliseconds that a vote is shown

// leastWidth of the drawing, in which they have room on one side.
export function leastWidth(state, box) {
  const all = state.sentinels?.length ?? 0;
  return all === 0 ? 0 : box.w + 2 * (SMALL.aside + all * (SMALL.w + SMALL.gap));
}

// vote draws them from the master's right side on; stands are the places of the servers, and below is where the replicas begin.
export function vote(picture, state, stands, { x, y, below }) {
  const places = new Map(); // by Sentinel: its middle
  state.sentinels.forEach((sentinel, i) => {
    const middle = x + SMALL.aside + i * (SMALL.w + SMALL.gap) + SMALL.w / 2;
    places.set(sentinel.name, middle);
    small(picture, sentinel, middle, y, state);
  });
  const bottom = y + SMALL.h / 2;
  state.servers.forEach(({ name }) => {
    const { x: to } = stands.get(name);
    const lost = state.sentinels.some((sentinel) => sentinel.down.includes(name));
    const way = name === state.master ? `M${x + SMALL.aside} ${y} H${x}` : looks(x + SMALL.aside + 10, bottom, to + 70, below);
    picture.edge("sentinels", name, way, "watch", lost);
  });
  const latest = state.sentinels.reduce((last, sentinel) => Math.max(last, Number(sentinel.votedIn)), 0);
  for (const voter of state.sentinels) {
    const fresh = Number(voter.votedIn) === latest && Date.now() - voter.votedAt < shownFor;
    if (fresh && voter.vote !== voter.name && places.has(voter.vote)) {
      picture.edge(voter.name, voter.vote, arc(places.get(voter.name), places.get(voter.vote), bottom), "vote");
    }
  }
}

function small(picture, sentinel, middle, y, state) {
  const group = draw(picture.boxes, "g", { "data-state": sentinel.state, class: sentinel.leads ? "sentinel leads" : "sentinel" });
  picture.rectangle(group, middle, y, SMALL.w, SMALL.h, 10);
  text(group, middle, y - 13, sentinel.name, "name");
  const up = sentinel.state === "up";
  text(group, middle, y + 6, up ? `→ ${sentinel.master}` : sentinel.state, up ? "" : "state");
  if (up) text(group, middle, y + 25, says(sentinel, state), "soft");
}

// says is what there is to say of it now.
function says(sentinel, state) {
  if (sentinel.leads) return "it leads";
  if (sentinel.down.includes(state.master)) return sentinel.agreed ? "odown" : "sdown";
  return `epoch ${sentinel.epoch}`;
}

function looks(x1, y1, x2, y2) {
  return `M${x1} ${y1} C${x1} ${y1 + 40} ${x2} ${y2 - 50} ${x2} ${y2}`;
}

// arc goes from one box to another below them, with a point.
function arc(x1, x2, y) {
  return `M${x1} ${y} C${x1} ${y + 26} ${x2} ${y + 26} ${x2} ${y} M${x2 - 5} ${y + 8} L${x2} ${y} L${x2 + 5} ${y + 8}`;
}
