// Lines are what is written into the rooms' histories: what others say, and what there is to tell about it. What comes
// into the room that is shown is read aloud, too.

import { cameOrWent, message, note } from "./items.js";
import { plain, say } from "./speak.js";

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

  // back tells that there is a connection again, milliseconds after the last frame of the one before. kept(room): what was
  // said there meanwhile comes now.
  back(node, silence, kept) {
    const n = Math.round(silence / 1000);
    for (const room of this.rooms) {
      const time = n ? say("seconds", { n }) : say("moment");
      if (kept(room)) this.tell(room, "good", say("backKept", { node, time }));
      else this.tell(room, "warn", say("back", { node, time }));
    }
  }

  degraded(why) {
    const text = why.replace(/: messages may be missed$/, ""); // which the page says, too
    this.tellAll("warn", () => say("degraded", { text }));
  }

  // recovered tells how many messages were missed; news is "recovered" or "corrected". Not "0 were missed": what has no
  // number (npm's), and the last ones of a publisher, leave no gap that shows.
  recovered(news, n) {
    if (news === "corrected") this.tellAll("good", () => say("corrected", { n }));
    else this.tellAll("good", () => (n ? say("recovered", { n }) : n === 0 ? say("recoveredNone") : say("recoveredUnknown")));
  }

  // presence takes in a "$presence" frame, and writes who came and went by it. Names are those of connections, and
  // somebody can have two: while one of them is there, nobody has left. So a change of node, where the new connection
  // comes before the end of the old one is noticed, is nothing to tell. And a reader never hears that they have left.
  presence(room, data, me) {
    const { count, joined = [], left = [] } = data;
    const before = new Set(joined.filter((name) => room.people.has(name)));
    room.people.update(data);
    if (count > crowd) return;
    const gone = left.filter((name) => name !== me && !room.people.has(name));
    const came = joined.filter((name) => !before.has(name));
    if (gone.length > 0) this.tell(room, "", cameOrWent([...new Set(gone)], "left"));
    if (came.length > 0) this.tell(room, "", cameOrWent([...new Set(came)], "joined"));
  }
}
