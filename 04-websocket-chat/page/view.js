// View is the part of the page that one room's history scrolls in.
//
// A reader at its end stays there when lines come. For a reader further up nothing moves: the lines in sight stay
// where they are, and a button says how much is new below.
//
// A scroll event does not say who has scrolled, or when: the page's own way to the end brings one, too, with the next
// frame, and until then lines may have grown as they came into sight. So only a reader who has gone up has left the
// end. When only the end has gone down, the page follows it.

import { say } from "./speak.js";

const near = 60; // pixels from the end that still are at the end

export class View {
  constructor(scroller, button) {
    Object.assign(this, { scroller, button });
    this.setAtEnd(true);
    this.top = 0; // where the scroller was, when this was last looked at
    this.news = 0;
    this.places = new WeakMap(); // history → where somebody was reading in it
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
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

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const wentUp = scrollTop < this.top - 1;
    this.top = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < near) {
      this.setAtEnd(true);
      this.setNews(0);
    } else if (wentUp) {
      this.setAtEnd(false);
    } else if (this.atEnd) {
      this.toEnd();
    }
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
    this.setAtEnd(false);
    this.scroller.scrollTop = place.top;
    this.top = this.scroller.scrollTop;
  }

  // grown is called when lines have come to the history that is shown.
  grown(messages) {
    if (this.atEnd) this.toEnd();
    else this.setNews(this.news + messages);
  }

  toEnd() {
    this.setAtEnd(true);
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.top = this.scroller.scrollTop; // less than that: as far as it can go
    this.setNews(0);
  }

  // setAtEnd also tells the style: a browser that holds what is in sight in its place, while lines above go, would move
  // up whoever is at the end (chat.css).
  setAtEnd(is) {
    this.atEnd = is;
    this.scroller.classList.toggle("at-end", is);
  }

  setNews(n) {
    if (n === this.news) return;
    this.news = n;
    this.button.hidden = n === 0;
    this.button.replaceChildren(say("newMessages", { n }));
  }
}
