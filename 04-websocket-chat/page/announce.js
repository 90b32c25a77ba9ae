// Screen readers read aloud what comes, but not each line of a flood: once a second, all that has come since.

import { plain } from "./speak.js";

const every = 1_000; // milliseconds
const readOut = 3;   // lines; of more, their number is said
const longest = 200; // characters of a line; the rest can be read in the page

export class Announcer {
  constructor(region) {
    this.region = region;
    this.lines = [];
    this.count = 0;
  }

  add(line) {
    this.count++;
    if (this.lines.length < readOut) this.lines.push(line.length > longest ? line.slice(0, longest).toWellFormed() + "…" : line);
    this.timer ??= setTimeout(() => this.say(), every);
  }

  say() {
    this.region.textContent = this.count > readOut ? plain("newMessages", { n: this.count }) : this.lines.join("\n");
    this.lines = [];
    this.count = 0;
    this.timer = undefined;
  }
}
