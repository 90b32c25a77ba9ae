// Where the words of a travelling message stand: beside its dot, and on nothing else. Three messages on one way are
// close to each other, and a dot that leaves a box has it at its side.

const LINE = 20, DOT = 20; // units: how high words are, how wide a dot is
const NEAR = 15, FAR = 64; // units from a dot's middle to its words; FAR is beside a client
// Places, the best first: how far to the right, or to the left if it is less than 0, and how many lines down.
const places = [[NEAR, 0], [-NEAR, 0], [NEAR, -1], [NEAR, 1], [-NEAR, -1], [-NEAR, 1], [FAR, 0], [-FAR, 0], [NEAR, -2], [NEAR, 2], [-NEAR, -2], [-NEAR, 2]];

export class Labels {
  // picture has the width of the drawing, and taken: the rectangles {x, y, w, h} of its boxes.
  constructor(picture) {
    this.picture = picture;
    this.all = new Set();
  }

  // add follows a text, whose dot is its parent, until it is removed.
  add(text) {
    const label = { text, w: text.getComputedTextLength() + 6, place: places[0] };
    this.all.add(label);
    return label;
  }

  // move finds a place for a label whose dot is there now: the one that it has, if it is free. For a moment there may be none.
  move(label, x, y) {
    Object.assign(label, { dot: { x: x - DOT / 2, y: y - DOT / 2, w: DOT, h: DOT }, at: undefined });
    const inTheWay = this.picture.taken.concat([...this.all].filter((other) => other !== label).flatMap(({ dot, at }) => [dot, at]).filter(Boolean));
    const at = ([right, down]) => ({ x: right > 0 ? x + right : x + right - label.w, y: y - LINE / 2 + down * LINE, w: label.w, h: LINE });
    const free = [label.place, ...places].find((place) => {
      const { x, w } = at(place);
      return x >= 0 && x + w <= this.picture.width && !inTheWay.some((other) => overlap(at(place), other));
    });
    label.text.classList.toggle("nowhere", !free);
    if (!free) return;
    Object.assign(label, { place: free, at: at(free) });
    label.text.setAttribute("x", free[0]);
    label.text.setAttribute("y", 5 + free[1] * LINE);
    label.text.classList.toggle("left", free[0] < 0);
  }

  remove(label) {
    this.all.delete(label);
  }
}

function overlap(a, b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
