// Status is the line that says how the connection is. A screen reader reads it aloud when it changes, but not the
// countdown beside it, which changes once a second.

import { say } from "./speak.js";

export class Status {
  // parts: the elements status, missing, network, countdown and retry.
  constructor(body, parts) {
    Object.assign(this, { body }, parts);
    this.state = body.dataset.state; // "joining", "connecting", "online", "offline" or "refused"
    this.showNetwork();
  }

  set(state, sentence) {
    this.state = this.body.dataset.state = state;
    this.stopCountdown();
    this.status.replaceChildren(sentence);
    if (state !== "online") this.clearMissing();
  }

  // degraded says that messages are being missed; nobody knows how many until it is over.
  degraded() {
    this.counted = undefined;
    this.body.classList.add("degraded");
    this.missing.replaceChildren(say("mayMiss"));
  }

  // recovered adds how many messages this connection has missed in an outage; undefined: nobody knows. It may come again
  // without another outage, with the larger number of the same one, and only what is more is added. Returns "recovered",
  // "corrected", or "" when it is no news.
  recovered(n = 0) {
    this.body.classList.remove("degraded");
    const again = this.counted !== undefined;
    const more = n - (this.counted ?? 0);
    if (again && more <= 0) return "";
    this.missed += more;
    this.counted = n;
    this.missing.replaceChildren(this.missed ? say("missedSoFar", { n: this.missed }) : "");
    return again ? "corrected" : "recovered";
  }

  showNetwork() {
    this.network.replaceChildren(navigator.onLine ? "" : say("noNetwork"));
  }

  clearMissing() {
    this.body.classList.remove("degraded");
    this.missed = 0;
    this.counted = undefined; // of the last outage, when it is over
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
