// Lines are what is written into the rooms' histories: what others say, and what there is to tell about it. What comes
// into the room that is shown is read aloud, too.

import { cameOrWent, message, note } from "./items.js";
import { plain } from "./speak.js";

const crowd = 50; // people in a room; in a larger room nobody wants to read who comes and goes

export class Lines {
  constructor(rooms, announcer, shown) {
    Object.assign(this, { rooms, announcer, shown });
  }

  // hear writes a message.
  hear(room, said) {
    room.history.add({ at: said.at, counts: true, long: said.text.length, make: () => message(said) });
    if (room === this.shown()) this.announcer.add(`${said.from ?? plain("announcement")}: ${said.text}`);
  }

  // tell writes a sentence of the page's own.
  tell(room, kind, sentence) {
    room.history.add({ make: () => note(kind, sentence) });
    if (room === this.shown() && kind !== "") this.announcer.add(sentence.textContent);
  }

  // tellAll writes one into each room; sentence() makes it.
  tellAll(kind, sentence) {
    for (const room of this.rooms) this.tell(room, kind, sentence());
  }

  // presence writes who came and went, as a "$presence" frame says it. A reader is never told that they have
  // left: only another of their connections has ended, such as the one before a change of node.
  presence(room, { count, joined = [], left = [] }, me) {
    if (count > crowd) return;
    const gone = left.filter((name) => name !== me);
    if (joined.length > 0) this.tell(room, "", cameOrWent(joined, "joined"));
    if (gone.length > 0) this.tell(room, "", cameOrWent(gone, "left"));
  }
}
