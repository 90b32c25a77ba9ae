package embedded

import (
	"time"

	"github.com/alicebob/miniredis/v2"
)

// resync is the full resync: the replica's keys are replaced by a copy of the master's. A message published meanwhile is in no
// key, and so is lost for the replica's subscribers, whose connections stay open: they get no sign of it.
func (t *Topology) resync(n *node, l *link) {
	t.exec.Lock() // nothing changes, the master's clock stands, and it is not replaced by its next run
	if t.over(l) {
		t.exec.Unlock()
		return
	}
	at := time.Now()
	t.nodes[0].advance(at)
	keys := snapshot(t.nodes[0].data)
	t.mu.Lock()
	if l.ended {
		t.mu.Unlock()
		t.exec.Unlock()
		return
	}
	n.loading = true
	n.next = t.log.next() // from here on the log keeps what follows
	offset := t.log.end
	t.mu.Unlock()
	t.exec.Unlock()

	n.data.FlushAll()
	n.advance(at)
	for _, load := range keys {
		load(n.data)
	}

	t.mu.Lock()
	defer t.mu.Unlock()
	n.loading = false
	n.offset = offset
	n.copies++
	t.changed.Broadcast()
}

func (t *Topology) over(l *link) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return l.ended
}

// snapshot copies all keys, as functions that write them elsewhere.
func snapshot(from *miniredis.Miniredis) []func(to *miniredis.Miniredis) {
	var loads []func(*miniredis.Miniredis)
	add := func(load func(*miniredis.Miniredis)) { loads = append(loads, load) }
	for _, key := range from.Keys() {
		switch from.Type(key) {
		case "string":
			value, _ := from.Get(key)
			add(func(to *miniredis.Miniredis) { to.Set(key, value) })
		case "hash":
			fields, _ := from.HKeys(key)
			for _, field := range fields {
				value := from.HGet(key, field)
				add(func(to *miniredis.Miniredis) { to.HSet(key, field, value) })
			}
		case "list":
			items, _ := from.List(key)
			items = append([]string(nil), items...)
			add(func(to *miniredis.Miniredis) { to.RPush(key, items...) })
		case "set":
			members, _ := from.Members(key)
			add(func(to *miniredis.Miniredis) { to.SAdd(key, members...) })
		case "zset":
			scores, _ := from.SortedSet(key)
			for member, score := range scores {
				add(func(to *miniredis.Miniredis) { to.ZAdd(key, score, member) })
			}
		case "stream":
			entries, _ := from.Stream(key)
			for _, e := range entries {
				add(func(to *miniredis.Miniredis) { to.XAdd(key, e.ID, e.Values) })
			}
		}
		if ttl := from.TTL(key); ttl > 0 {
			add(func(to *miniredis.Miniredis) { to.SetTTL(key, ttl) })
		}
	}
	return loads
}
