// A moment, by two clocks: performance.now() stands still while a machine sleeps, in most browsers, and the clock on the
// wall can be set back.

export class Moment {
  constructor() {
    this.steady = performance.now();
    this.wall = Date.now();
  }

  // ago is how many milliseconds it is past, by the clock that says more.
  ago() {
    return Math.max(performance.now() - this.steady, Date.now() - this.wall);
  }
}
