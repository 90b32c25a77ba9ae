// Which server stands where: the master on top. When another one becomes the master, the two change places, and their boxes
// glide there.

const swapTime = 800; // milliseconds
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Places {
  names = []; // of the servers, the master first
  swapped = { when: -swapTime, names: [] };

  // of are the servers by their places.
  of(state) {
    const known = this.names.length === state.servers.length;
    if (!known) this.names = state.servers.map(({ name }) => name);
    const i = this.names.indexOf(state.master);
    if (i > 0) {
      if (known) this.swapped = { when: performance.now(), names: [this.names[0], state.master] };
      [this.names[0], this.names[i]] = [this.names[i], this.names[0]];
    }
    return this.names.map((name) => state.servers.find((server) => server.name === name));
  }

  // glide moves a box, which is drawn anew again and again, from the place that its server has had. stands are the places, by
  // server.
  glide(group, name, stands) {
    const gone = performance.now() - this.swapped.when;
    if (!this.swapped.names.includes(name) || gone > swapTime || still.matches) return;
    const to = stands.get(name), from = stands.get(this.swapped.names.find((other) => other !== name));
    group.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }],
      { duration: swapTime, delay: -gone, easing: "ease-in-out" });
  }
}
