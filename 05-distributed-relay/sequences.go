package relay

import (
	"strings"
	"time"
)

// sequences follows the numbers of every publisher, to count what was missed.
// It belongs to the delivering goroutine.
type sequences struct {
	seen     map[string]*publisherSeen // by the publisher's identity
	missed   int64                     // numbers that were skipped, all publishers together
	repeated int64                     // messages whose number was not above the last one
	blind    bool                      // a publisher came up of which it is not known what it published before
}

type publisherSeen struct {
	last uint64 // the highest number seen
	at   time.Time
}

// newSequences knows the node's own publisher from its first message on.
func newSequences(own string) *sequences {
	return &sequences{seen: map[string]*publisherSeen{own: {at: time.Now()}}}
}

// message notes a message's number, and reports whether it is to be delivered.
// A number that is not above the last one is a repetition: a frozen master can
// take an old connection's message after a newer one.
func (s *sequences) message(pub string, seq uint64, now time.Time) (fresh bool) {
	p := s.publisher(pub, seq-1, now)
	if seq <= p.last {
		s.repeated++
		return false
	}
	s.missed += int64(seq - p.last - 1)
	p.last = seq
	return true
}

// probe notes the last number that a publisher says it has used: so a gap is
// seen when no message follows it.
func (s *sequences) probe(pub string, last uint64, now time.Time) {
	if p := s.publisher(pub, last, now); last > p.last {
		s.missed += int64(last - p.last)
		p.last = last
	}
}

// publisher finds a publisher, or begins to follow it from a number on.
func (s *sequences) publisher(pub string, from uint64, now time.Time) *publisherSeen {
	p := s.seen[pub]
	if p == nil {
		p = &publisherSeen{last: from}
		s.seen[strings.Clone(pub)] = p // it is part of a payload, which it would keep in memory
		s.blind = s.blind || from > 0
	}
	p.at = now
	return p
}

// forgetAfter is when a silent publisher is no longer followed. Nodes publish
// probes; it is emitters that fall silent, and there may be one for each
// message that was ever emitted.
const forgetAfter = 10 * time.Minute

func (s *sequences) forget(own string, now time.Time) {
	for pub, p := range s.seen {
		if pub != own && now.Sub(p.at) > forgetAfter {
			delete(s.seen, pub)
		}
	}
}
