// View is the part of the page that one room's history scrolls in.
//
// Who is at its end stays there when lines come. Who reads further up is left in peace: what they read stays where it
// is, and a button says how much is new below.

import { say } from "./speak.js";

const near = 60; // pixels from the end that still are at the end

export class View {
  constructor(scroller, button) {
    Object.assign(this, { scroller, button });
    this.atEnd = true;
    this.news = 0;
    this.places = new WeakMap(); // history → where somebody was reading in it
    scroller.addEventListener("scroll", () => {
      this.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < near;
      if (this.atEnd) this.setNews(0);
    }, { passive: true });
    button.addEventListener("click", () => {
      this.toEnd();
      scroller.focus();
    });
    // Lines grow when they come into sight (chat.css), a window is turned, the field for a message grows.
    this.sizes = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    });
    this.sizes.observe(scroller);
  }

  show(history) {
    if (this.history) {
      this.places.set(this.history, { top: this.scroller.scrollTop, atEnd: this.atEnd, news: this.news });
      this.sizes.unobserve(this.history.lists);
      this.sizes.unobserve(this.history.waiting);
    }
    this.history = history;
    this.scroller.replaceChildren(history.lists, history.waiting);
    this.sizes.observe(history.lists);
    this.sizes.observe(history.waiting);
    const place = this.places.get(history) ?? { atEnd: true, news: 0 };
    this.setNews(place.news);
    if (place.atEnd) return this.toEnd();
    this.atEnd = false;
    this.scroller.scrollTop = place.top;
  }

  // grown is called when lines have come to the history that is shown.
  grown(messages) {
    if (this.atEnd) this.toEnd();
    else this.setNews(this.news + messages);
  }

  toEnd() {
    this.atEnd = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.setNews(0);
  }

  setNews(n) {
    if (n === this.news) return;
    this.news = n;
    this.button.hidden = n === 0;
    this.button.replaceChildren(say("newMessages", { n }));
  }
}
