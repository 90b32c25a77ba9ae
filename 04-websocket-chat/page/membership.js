// Membership joins the rooms that a connection is not in by its address, one after the other: a node that is asked too
// fast drops the question, and closes the connection after a second of it.

import { problem, say } from "./speak.js";

const joinAgainAfter = 1_100; // milliseconds

export class Membership {
  // ask(frame, on) sends a request, tell(room, sentence) writes into its list, changed() hears of each answer.
  constructor(rooms, on) {
    Object.assign(this, { rooms, on });
    this.asking = false;
  }

  // begin is called when a room is to be joined.
  begin() {
    const room = [...this.rooms].find((room) => room.state === "joining");
    if (!room || this.asking) return;
    const next = (state) => {
      this.asking = false;
      if (state) this.rooms.setState(room, state);
      this.on.changed(room);
      this.begin();
    };
    this.asking = this.on.ask({ event: "join", data: room.name }, {
      ack: () => next("joined"),
      failed: (data) => {
        if (data.code === "rate_limited") return setTimeout(next, joinAgainAfter);
        this.on.tell(room, say("notJoined", { room: room.name, text: problem(data) }));
        next("refused");
      },
      lost: () => { this.asking = false; },
    });
  }
}
