package streams

import (
	"hash/maphash"
	"slices"

	"example.com/redis-chat/labs/no-message-lost/entry"
)

// recent are the entries that were read last. After each new connection the reader reads them again, and hands on only
// what it has not handed on before.
//
// So it need not know whether the server is the same, has a copy of all keys by now, is behind, or has become the master
// without the last entries that its old one had. With those gone, a new master gives ids from its own last one and its own clock on: they
// may be below those that the reader has got, and whoever reads on behind the last of these never sees them.
type recent struct {
	base    place       // what is behind it is below
	entries []entrySeen // in the order of the stream
	again   int         // how many of them this connection has brought again
}

type entrySeen struct {
	place
	sum uint64 // of what is in it: two masters may give one id to two entries
	key string // its sender's; "": none
}

// mostRecent is how many are kept, and less than half as many more: at 500 messages a second some four seconds of what a master may take with it.
const mostRecent = 2048

var seed = maphash.MakeSeed()

func sum(m stamped) uint64 {
	return maphash.String(seed, text(m.XMessage, entry.Data)+text(m.XMessage, fieldPayload)) // one of the two
}

// rewind begins with the oldest again, and returns where.
func (k *recent) rewind() place {
	k.again = 0
	return k.base
}

// known finds an entry among those that were read before, and moves on behind it. What was trimmed meanwhile is passed over.
func (k *recent) known(m stamped) (at place, ok bool) {
	for i := k.again; i < len(k.entries); i++ {
		if e := &k.entries[i]; e.id == m.ID && e.sum == sum(m) {
			k.again = i + 1
			return e.place, true
		}
	}
	return place{}, false
}

// cut returns what this connection has not brought again, and forgets it; nothing when it has brought nothing again, as then all may have been trimmed.
func (k *recent) cut() (lost []entrySeen) {
	if k.again > 0 {
		lost = slices.Clone(k.entries[k.again:])
		k.entries = k.entries[:k.again]
	}
	return lost
}

// add appends one that is new. What this connection should have brought before it and has not is not in this server's stream: it is
// returned, unless it may have been trimmed, with all before it.
func (k *recent) add(at place, m stamped) (lost []entrySeen) {
	if gone := k.entries[k.again:]; len(gone) > 0 && (k.again > 0 || gone[len(gone)-1].id.Compare(m.ID) >= 0) {
		lost = append(lost, gone...)
	}
	key, _ := keyOf(m.XMessage)
	k.entries = append(k.entries[:k.again], entrySeen{at, sum(m), key})
	if n := len(k.entries); n > 3*mostRecent/2 {
		k.base = k.entries[n-mostRecent-1].place
		k.entries = append(k.entries[:0], k.entries[n-mostRecent:]...)
	}
	k.again = len(k.entries)
	return lost
}
