// The form that asks for a name and a room, and says why a node refuses them.

import { say } from "./speak.js";

const framed = window !== parent; // by another page, which may not want its focus taken

export class JoinForm {
  // parts: the elements form, name, room, refused, and chat, which the form takes the place of. join(name, room) is told.
  constructor(parts, join) {
    Object.assign(this, parts);
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      join(this.name.value, this.room.value || "lobby");
    });
  }

  // show asks; why is the node's sentence, if it has refused.
  show(name, room, why) {
    this.form.hidden = false;
    this.chat.hidden = true;
    this.name.value = name;
    this.room.value = room;
    this.refused.hidden = !why;
    if (why) this.refused.replaceChildren(say("refused", { text: why }));
    focus(this.name);
  }

  hide() {
    this.form.hidden = true;
    this.chat.hidden = false;
  }
}

// focus is for when nobody has asked for it.
export function focus(element) {
  if (!framed) element.focus();
}
