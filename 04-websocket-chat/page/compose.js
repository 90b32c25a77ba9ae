// The field for a message. It keeps the typed text for each room, over a reload, too, until it is sent.

import { inTab } from "./memory.js";

const tallest = 6; // lines

export class Compose {
  // send(text) returns whether the message was taken.
  constructor(form, field, send) {
    Object.assign(this, { field, send });
    this.drafts = new Map(Object.entries(inTab.get("drafts") ?? {}).filter(([, text]) => typeof text === "string"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.submit();
    });
    field.addEventListener("keydown", (e) => {
      // Enter also ends the choice of a word while Japanese, for example, is typed; 229 is how Safari says so.
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
      e.preventDefault();
      this.submit();
    });
    field.addEventListener("input", () => this.changed());
  }

  submit() {
    if (this.field.value && this.send(this.field.value)) this.set("");
  }

  // show brings out what was typed for a room.
  show(room) {
    this.room = room;
    this.set(this.drafts.get(room) ?? "");
  }

  // giveBack puts text before what is typed.
  giveBack(text) {
    this.set(this.field.value ? text + "\n" + this.field.value : text);
    this.field.focus();
  }

  forget(room) {
    this.drafts.delete(room);
    this.save();
  }

  set(text) {
    this.field.value = text;
    this.changed();
  }

  changed() {
    const text = this.field.value;
    this.field.rows = Math.min(tallest, text.split("\n").length);
    if (text) this.drafts.set(this.room, text);
    else this.drafts.delete(this.room);
    this.save();
  }

  save() {
    inTab.set("drafts", Object.fromEntries(this.drafts));
  }
}
