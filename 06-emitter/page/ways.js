// Where each message has been, as a table: what the picture shows in motion, to be read at leisure.

import { count } from "./picture.js";

const most = 30; // messages

export class Ways {
  constructor(section) {
    this.head = section.querySelector("thead");
    this.body = section.querySelector("tbody");
    this.rows = new WeakMap(); // by message
    this.columns = [];
  }

  parts(state) {
    this.master = state.master;
    this.giveUp(state);
    const columns = [...state.servers, ...state.nodes].map((part) => part.name);
    if (String(columns) === String(this.columns)) return;
    this.columns = columns;
    const row = document.createElement("tr");
    const of = new Set(state.nodes.map((node) => node.name));
    for (const name of ["message", "taken by", ...columns.map((name) => (of.has(name) ? `clients of ${name}` : name))]) {
      const head = cell("th", name, "");
      head.scope = "col";
      row.append(head);
    }
    this.head.replaceChildren(row);
  }

  taken(message, step) {
    this.mark(message, "", step.node, "");
  }

  failed(message) {
    this.mark(message, this.master, "not confirmed", "no");
  }

  seen(message, hop) {
    this.mark(message, "", hop.by, "");
    const late = hop.late || this.isMarked(message, hop.at);
    this.mark(message, hop.at, late ? "late" : "seen", late ? "late" : "yes");
  }

  delivered(message, step) {
    const clients = (step.clients ?? []).length;
    const who = clients > 0 ? count(clients, "client") : step.node === message.by ? "only the sender" : "nobody there";
    const late = this.isMarked(message, step.node);
    this.mark(message, step.node, late ? `late: ${who}` : who, late ? "late" : "yes");
  }

  missing(message) {
    for (const name of this.columns) {
      if (!message.been.has(name)) this.mark(message, name, "not yet", "not-yet");
    }
  }

  // giveUp is for what has not come to a part that is up again: what was published before it is, has come or is lost.
  giveUp(state) {
    [...state.servers, ...state.nodes].forEach((part, i) => {
      if (part.state !== "up") return;
      for (const cell of this.body.querySelectorAll(`td:nth-child(${3 + i}).not-yet`)) {
        cell.textContent = "lost";
        cell.className = "no";
      }
    });
  }

  // isMarked tells whether a message was late at a server or a node.
  isMarked(message, name) {
    return ["no", "not-yet"].includes(this.rows.get(message)?.cells[2 + this.columns.indexOf(name)]?.className);
  }

  // mark fills the cell of a server or a node; "" is the column of who took the message.
  mark(message, column, text, kind) {
    if (!this.rows.has(message)) this.add(message);
    const row = this.rows.get(message);
    const filled = row.cells[2 + this.columns.indexOf(column)] ?? row.cells[1];
    filled.textContent = text;
    filled.className = kind;
  }

  add(message) {
    const row = document.createElement("tr");
    const said = cell("th", "", "");
    said.scope = "row";
    said.append(cell("bdi", message.from || message.by, "who"), " ", cell("bdi", message.text, ""));
    row.append(said, cell("td", "", ""), ...this.columns.map(() => cell("td", "", "")));
    this.rows.set(message, row);
    this.body.prepend(row);
    while (this.body.childElementCount > most) this.body.lastChild.remove();
  }
}

function cell(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}
