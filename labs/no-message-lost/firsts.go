package streams

import chat "example.com/redis-chat/04-websocket-chat"

// A replica may have read a message that the one that is promoted has not. Its sender has no answer, and sends it again: then this
// node knows the key of an entry that is in no stream any more, and that its clients have heard. To the other nodes the second copy is
// the first that they see. Here it is for those who have not heard the first: see chat.Lost.

// lose notes entries that were delivered and are in no stream any more, and how many clients had their seats before this node went to the
// server that does not have them. What that has before them is common to both.
func (r *reader) lose(common place, entries []entrySeen) {
	if len(entries) == 0 {
		return
	}
	before := r.lost
	for _, e := range entries {
		if r.lost++; e.key != "" {
			r.c.keys.lose(e.key, e.id, chat.Lost{Seats: r.seats, Nth: r.lost})
		}
	}
	r.c.delivered.forked(common, entries, chat.Lost{Seats: r.seats, Nth: before})
}

// loseRest is called when a probe of this node's has come back by a new connection: all that the server had by then was read, and what it has
// not brought again it does not have.
func (r *reader) loseRest() { r.lose(r.at, r.recent.cut()) }

// lose notes that the first entry with a key is lost. The next with this key is the first one then.
func (k *keys) lose(key string, id ID, lost chat.Lost) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.of[key]; known.first == id {
		known.lost = lost
		k.of[key] = known
	}
}

// noteSecond remembers a second copy for those who catch up later. k is locked.
func (k *keys) noteSecond(id ID, lost chat.Lost) {
	if k.seconds == nil || len(k.seconds) >= mostRecent {
		k.seconds = map[ID]chat.Lost{}
	}
	k.seconds[id] = lost
}

// lostBefore says of an entry whether it is a second copy whose first is lost; zero: it is not.
func (k *keys) lostBefore(id ID) chat.Lost {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.seconds[id]
}
