package streams

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// checkFirsts looks whether what new entries say they repeat is still in the stream, where the node has read it. Few say so.
//
// A replica may have read a message that the one that is promoted has not. Its sender has no answer, and sends it again: then this
// node knows the key of an entry that is in no stream any more. Clients of the other nodes hear the second one; of this node's, those
// who have not heard the first.
func (r *reader) checkFirsts(ctx context.Context, conn *redis.Conn, messages []stamped) error {
	first := map[string]ID{}
	for _, m := range messages {
		if key, again := keyOf(m.XMessage); again {
			if id, ok := r.c.keys.first(key); ok && id.Compare(m.ID) != 0 {
				first[key] = id
			}
		}
	}
	if len(first) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.server().ReadTimeout)
	defer cancel()
	found := map[string]*redis.XMessageSliceCmd{}
	var oldest *redis.XMessageSliceCmd
	_, err := conn.Pipelined(ctx, func(p redis.Pipeliner) error {
		for key, id := range first {
			found[key] = p.XRange(ctx, r.c.o.stream, id.String(), id.String())
		}
		oldest = p.XRangeN(ctx, r.c.o.stream, "-", "+", 1)
		return nil
	})
	if err != nil {
		return err
	}
	for key, id := range first {
		if !hasKey(found[key].Val(), key) && !trimmed(oldest.Val(), id) {
			r.c.keys.lose(key, id)
		}
	}
	return nil
}

func hasKey(entries []redis.XMessage, key string) bool {
	if len(entries) == 0 {
		return false
	}
	found, _ := keyOf(&entries[0])
	return found == key
}

// trimmed reports whether an entry of that id is older than the oldest that is kept.
func trimmed(oldest []redis.XMessage, id ID) bool {
	if len(oldest) == 0 {
		return true
	}
	kept, err := ParseID(oldest[0].ID)
	return err == nil && id.Compare(kept) < 0
}

// first is the first entry that is remembered with a key.
func (k *keys) first(key string) (id ID, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.of[key]
	return known.first, ok
}

// lose notes that the first entry with a key is in no stream any more. The next with this key is the first one then.
func (k *keys) lose(key string, id ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.of[key]; known.first == id {
		known.lost = id
		k.of[key] = known
	}
}
