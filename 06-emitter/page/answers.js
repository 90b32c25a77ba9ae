// What came of a deed stands where it was done: on the card of the server or the node, or below the emitter's button.

const shownFor = { good: 8_000, bad: 30_000 }; // milliseconds
const timers = new WeakMap(); // by output

export function answer(output, text, bad = false) {
  clearTimeout(timers.get(output));
  output.textContent = output.title = text; // of a long one four lines are shown: a card keeps its size
  output.classList.toggle("bad", bad);
  timers.set(output, setTimeout(() => { output.textContent = output.title = ""; }, bad ? shownFor.bad : shownFor.good));
}
