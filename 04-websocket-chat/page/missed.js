// What was missed while the page was away, where the nodes keep it: it comes between "$welcome" and "$caught-up".

import { say } from "./speak.js";

export class Missed {
  // lines is where it is told; place says of which rooms this connection gets it.
  constructor(lines, place) {
    Object.assign(this, { lines, place });
    this.count = new Map(); // room → messages
  }

  begin() { this.count.clear(); }

  // heard counts a message.
  heard(room) {
    this.count.set(room, (this.count.get(room) ?? 0) + 1);
  }

  // end is told when all of it has come; wasAway: the reader has seen that the connection was lost, and wants to know of each room.
  end({ gone }, wasAway) {
    for (const room of this.lines.rooms) {
      const n = this.count.get(room) ?? 0;
      if (n === 0 && !this.place.asked.has(room.name)) continue;
      if (n > 0) this.lines.tell(room, "good", say("missed", { n }));
      else if (wasAway && gone === 0) this.lines.tell(room, "good", say("missedNone"));
      if (gone !== 0) this.lines.tell(room, "warn", gone === undefined ? say("goneUnknown") : say("gone", { n: gone }));
    }
  }
}
