// Status is the line that says how the connection is. A screen reader reads it aloud when it changes, but not the
// countdown beside it, which changes once a second.

import { say } from "./speak.js";

export class Status {
  // parts: the elements status, missing, countdown and retry.
  constructor(body, parts) {
    Object.assign(this, { body }, parts);
    this.state = body.dataset.state; // "joining", "connecting", "online", "offline" or "refused"
  }

  set(state, sentence) {
    this.state = this.body.dataset.state = state;
    this.stopCountdown();
    this.status.replaceChildren(sentence);
    if (state !== "online") this.clearMissing();
  }

  // degraded says that messages are being missed; nobody knows how many until it is over.
  degraded() {
    this.body.classList.add("degraded");
    this.missing.replaceChildren(say("mayMiss"));
  }

  // recovered says how many messages this connection has missed; undefined: nobody knows.
  recovered(n) {
    this.body.classList.remove("degraded");
    if (n !== undefined) this.missed += n;
    this.missing.replaceChildren(this.missed ? say("missedSoFar", { n: this.missed }) : "");
  }

  clearMissing() {
    this.body.classList.remove("degraded");
    this.missed = 0;
    this.missing.replaceChildren();
  }

  // countDown shows how long it is to the next try, and a button if somebody may be impatient.
  countDown(wait, mayTry) {
    const until = performance.now() + wait;
    const tick = () => {
      this.countdown.replaceChildren(say("tryIn", { n: Math.ceil(Math.max(0, until - performance.now()) / 1000) }));
    };
    tick();
    this.timer = setInterval(tick, 500);
    this.retry.hidden = !mayTry || wait < 2000; // not allowed, or too short to aim at
  }

  stopCountdown() {
    clearInterval(this.timer);
    this.countdown.replaceChildren();
    this.retry.hidden = true;
  }
}
