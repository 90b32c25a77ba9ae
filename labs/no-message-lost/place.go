package streams

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// ID is the id of an entry: the milliseconds of the master's clock, and a number that counts
// the entries of one millisecond. The master gives ids, and each is above the last.
type ID struct{ Time, Count uint64 }

// ParseID reads an id as Redis writes it, 1764424989123-0.
func ParseID(s string) (ID, error) {
	ms, count, ok := strings.Cut(s, "-")
	var id ID
	var err error
	if ok {
		if id.Time, err = strconv.ParseUint(ms, 10, 64); err == nil {
			id.Count, err = strconv.ParseUint(count, 10, 64)
		}
	}
	if !ok || err != nil {
		return ID{}, errors.New("want the id of a stream's entry, as in 1764424989123-0")
	}
	return id, nil
}

func (id ID) String() string { return string(id.append(make([]byte, 0, 40))) }

func (id ID) append(dst []byte) []byte {
	dst = append(strconv.AppendUint(dst, id.Time, 10), '-')
	return strconv.AppendUint(dst, id.Count, 10)
}

// Compare is below zero when id comes before other.
func (id ID) Compare(other ID) int {
	return cmp.Or(cmp.Compare(id.Time, other.Time), cmp.Compare(id.Count, other.Count))
}

// before is the largest id below this one.
func (id ID) before() ID {
	switch {
	case id.Count > 0:
		return ID{id.Time, id.Count - 1}
	case id.Time > 0:
		return ID{id.Time - 1, math.MaxUint64}
	}
	return ID{}
}

// next is the smallest id above this one, in the same millisecond or the next.
func (id ID) next() ID {
	if id.Count < math.MaxUint64 {
		return ID{id.Time, id.Count + 1}
	}
	return ID{id.Time + 1, 0}
}

// ago is the first id of the millisecond that was so long before.
func (id ID) ago(d time.Duration) ID {
	return ID{id.Time - min(id.Time, uint64(d.Milliseconds())), 0}
}

// place is where somebody is in the stream: behind an entry. Clients get it as a text
// whose form is nobody's business but ours: 1764424989123-0.4711 is the entry
// of that id, the 4711th that was ever added. The number tells how many are missing when the
// entries behind it were trimmed. 0: not known, as at a server before Redis 7.
type place struct {
	id ID
	nr int64
}

func (p place) String() string {
	text := p.id.append(make([]byte, 0, 60)) // one allocation a message
	if p.nr > 0 {
		text = strconv.AppendInt(append(text, '.'), p.nr, 10)
	}
	return string(text)
}

func parsePlace(s string) (p place, err error) {
	id, nr, numbered := strings.Cut(s, ".")
	if p.id, err = ParseID(id); err == nil && numbered {
		p.nr, err = strconv.ParseInt(nr, 10, 64)
	}
	if err != nil || p.nr < 0 {
		return place{}, errPlace
	}
	return p, nil
}

var errPlace = errors.New("after is the place of the last message that you have got: give it as a node has told it")

// next is the place of the entry that follows.
func (p place) next(id ID) place {
	if p.nr > 0 || p.id == (ID{}) { // the first entry that ever was is number 1
		p.nr++
	}
	return place{id: id, nr: p.nr}
}
