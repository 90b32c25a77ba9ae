// Requests are frames with an id, whose answers are awaited: {"event":"$ack","id":7}.

export class Requests {
  constructor() {
    this.waiting = new Map(); // id → what is called: ack(), placed(), failed(problem), lost()
    this.next = 1;
  }

  // send returns whether the frame was handed to a living connection.
  send(connection, frame, on) {
    const id = this.next++;
    if (!connection?.send({ ...frame, id })) return false;
    this.waiting.set(id, on);
    return true;
  }

  // answer returns whether the frame is an answer that somebody waits for.
  answer({ event, id, data }) {
    const on = this.waiting.get(id);
    if (!on) return false;
    if (event === "$error" || event === "$placed" || !on.placed) this.waiting.delete(id);
    if (event === "$error") on.failed(data);
    if (event === "$ack") on.ack();
    if (event === "$placed") on.placed();
    return true;
  }

  // lost tells all that no answer will come.
  lost() {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const on of all) on.lost();
  }
}
