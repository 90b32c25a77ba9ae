// Where each message has been, as a table: what the picture shows in motion, to be read at leisure. A cell that stays
// empty is where a message has not been.

const most = 30; // messages

export class Ways {
  constructor(section) {
    this.head = section.querySelector("thead");
    this.body = section.querySelector("tbody");
    this.rows = new WeakMap(); // by message
    this.columns = [];
  }

  parts(state) {
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
    this.mark(message, "master", "not confirmed", "no");
  }

  seen(message, hop) {
    this.mark(message, "", hop.by, "");
    this.mark(message, hop.at, hop.late ? "late" : "seen", hop.late ? "late" : "yes");
  }

  delivered(message, step) {
    const clients = (step.clients ?? []).length;
    this.mark(message, step.node, clients === 0 ? "nobody there" : String(clients), "yes");
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
