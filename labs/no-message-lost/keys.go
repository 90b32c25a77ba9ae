package streams

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/labs/no-message-lost/entry"
)

// once is for how long a message is known by its key, by the master's clock, which gives the ids.
const once = 2 * time.Minute

// mostKeys is how many are remembered: those of two minutes at 800 messages a second. The oldest are forgotten first, and counted.
const mostKeys = 100_000

// keys remembers which messages were in the stream in the last two minutes, by the keys that their senders gave them.
//
// An entry repeats another when it says so (entry.Again), and one with its key stands in the two minutes before it. That
// depends on nothing but the stream: every node decides the same, a client that catches up later too, and it makes no difference
// who has read what when the entry was added.
type keys struct {
	most int

	mu        sync.Mutex
	of        map[string]span
	order     []keyed          // by id; what is forgotten goes from its front
	since     ID               // of entries from here on all is remembered
	repeats   int64            // entries that repeat others
	forgotten int64            // keys that were forgotten early
	seconds   map[ID]chat.Lost // entries that are second copies of what is in no stream any more; at most as many as recent keeps
}

// span is the first and the last entry with a key.
type span struct {
	first, last ID
	lost        chat.Lost // zero: the first is in the stream
}

type keyed struct {
	key string
	id  ID
}

func newKeys(most int) *keys { return &keys{most: most, of: map[string]span{}} }

// keyOf is the key of an entry, and whether it may repeat another; "": it has none.
func keyOf(m *redis.XMessage) (key string, again bool) {
	if key = text(m, entry.Again); key != "" {
		return key, true
	}
	return text(m, entry.Key), false
}

// note remembers an entry, which is behind all others, and reports whether it repeats one. One that repeats what is lost is the first that all
// nodes have.
func (k *keys) note(key string, id ID, again bool) (repeat bool, lost chat.Lost) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(id)
	known, found := k.of[key]
	if again && known.lost.Nth > 0 {
		lost = known.lost
		k.noteSecond(id, lost)
		found, known.lost = false, chat.Lost{}
	}
	if !found {
		known.first = id
	}
	if repeat = again && found; repeat {
		k.repeats++
	}
	known.last = id
	k.of[key] = known
	k.order = append(k.order, keyed{key, id})
	return repeat, lost
}

// forget forgets what is too old when an entry of that id comes, and what is too much.
func (k *keys) forget(id ID) {
	from := id.ago(once)
	for len(k.order) > 0 && (k.order[0].id.Compare(from) < 0 || len(k.order) >= k.most) {
		oldest := k.order[0]
		k.order = k.order[1:]
		if k.of[oldest.key].last == oldest.id {
			delete(k.of, oldest.key)
		}
		if oldest.id.Compare(from) >= 0 {
			k.forgotten++
			k.since = oldest.id.next()
		}
	}
	if k.since.Compare(from) < 0 {
		k.since = from
	}
}

// begin remembers the entries that were there before the node, the newest first. All behind since are among them.
func (k *keys) begin(before []keyed, since ID) {
	for i := len(before) - 1; i >= 0; i-- {
		k.note(before[i].key, before[i].id, false)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since = since
}

// counts are for the metrics.
func (k *keys) counts() (repeats int64, remembered int, forgotten int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.repeats, len(k.of), k.forgotten
}

// repeat reports whether an entry that was read before repeats one; sure is false when that is not remembered.
func (k *keys) repeat(key string, id ID) (repeat, sure bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, found := k.of[key]; found && known.first.Compare(id) < 0 && id.Compare(known.last) <= 0 {
		return true, true
	}
	return false, k.since.Compare(id.ago(once)) <= 0
}

// remember reads the keys of the last two minutes: a message may be sent again to a node that has just begun.
func (r *reader) remember(conn *redis.Conn, end ID) error {
	from, before := end.ago(once), []keyed(nil)
	for last := end; last != (ID{}) && len(before) < r.c.keys.most; {
		ctx, cancel := context.WithTimeout(context.Background(), r.server().ReadTimeout)
		entries, err := conn.XRevRangeN(ctx, r.c.o.stream, last.String(), from.String(), partCount).Result()
		cancel()
		if err != nil {
			return err
		}
		for i := range entries {
			id, err := ParseID(entries[i].ID)
			if err != nil {
				return err
			}
			if key, _ := keyOf(&entries[i]); key != "" {
				before = append(before, keyed{key, id})
			}
			last = id.before()
		}
		if len(entries) < partCount {
			last = ID{}
		} else if len(before) >= r.c.keys.most {
			from = before[len(before)-1].id
		}
	}
	r.c.keys.begin(before, from)
	return nil
}
