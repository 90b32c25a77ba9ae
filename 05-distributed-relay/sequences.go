package relay

import (
	"errors"
	"math"
	"strings"
	"time"
)

// sequences follows the numbers of every publisher, to count what was missed.
// It belongs to the delivering goroutine.
type sequences struct {
	own      string
	seen     map[string]*publisherSeen // by the publisher's identity
	missed   int64                     // numbers that were skipped, all publishers together
	repeated int64                     // messages whose number was not above the last one
	blind    bool                      // of a publisher it is not known what it published before

	goesOn func(pub string) (last uint64, ok bool) // Continuer's; nil: each begins here

	flowing time.Time // when messages began to come again after an outage; zero: there was none
	late    int64     // of missed: what publishers missed in it that had not been heard again before; see health.correct
}

type publisherSeen struct {
	last   uint64 // the highest number seen
	known  uint64 // last when its last probe came
	at     time.Time
	denied int // probes in a row that contradict known
}

const (
	// mostMissed is the widest gap that is believed. At a million messages a
	// second it is more than an hour's; a silent publisher is forgotten after ten
	// minutes. A number beyond it is a mistake or a forgery, and would make what
	// is counted worthless for ever.
	mostMissed = 1 << 32

	// mostFollowed bounds the memory for publishers to some 10 MB. Anybody who
	// can publish can name a new one with each message.
	mostFollowed = 1 << 16

	// enoughDenials is how many of a publisher's probes in a row it takes to
	// believe them rather than a higher number seen before. One that was on its
	// way through a frozen master may be late, and a few with it.
	enoughDenials = 3
)

// newSequences knows the node's own publisher from its first message on.
func newSequences(own string) *sequences {
	return &sequences{own: own, seen: map[string]*publisherSeen{own: {at: time.Now()}}}
}

var errTooFar = errors.New("its number is too far above the last one to be true")

// message notes a message's number, and reports whether it is to be delivered.
// A number that is not above the last one is a repetition: a frozen master can
// take an old connection's message after a newer one.
func (s *sequences) message(pub string, seq uint64, now time.Time) (fresh bool, err error) {
	p := s.publisher(pub, seq-1, now)
	heard := p.at
	p.at = now
	switch {
	case seq <= p.last:
		s.repeated++
		return false, nil
	case seq-p.last > mostMissed:
		return false, errTooFar
	}
	s.miss(seq-p.last-1, heard)
	p.last = seq
	return true, nil
}

// probe notes the last number that a publisher says it has used: so a gap is
// seen when no message follows it. It reports whether the number so far was
// given up as wrong: one forged message with a high number would else make
// repetitions of all that its publisher says from then on. A carrier that has two ways through Redis may bring a probe
// behind messages that were published after it: only a number that was known before its last probe is denied by a lower one.
func (s *sequences) probe(pub string, last uint64, now time.Time) (corrected bool) {
	p := s.publisher(pub, last, now)
	heard := p.at
	p.at = now
	known := p.known
	p.known = p.last
	switch {
	case p.last <= last && last-p.last <= mostMissed:
		s.miss(last-p.last, heard)
		p.last, p.known, p.denied = last, last, 0
		return false
	case known <= last && last < p.last:
		p.denied = 0 // in a row is what counts
		return false
	}
	if p.denied++; p.denied < enoughDenials {
		return false
	}
	p.last, p.known, p.denied, s.blind = last, last, 0, true
	return true
}

// miss counts a gap of a publisher that was last heard then, and stays at the largest
// number rather than to begin below zero.
func (s *sequences) miss(n uint64, heard time.Time) {
	more := min(int64(n), math.MaxInt64-s.missed)
	s.missed += more
	if heard.Before(s.flowing) {
		s.late += more // no more than missed, so it does not begin below zero either
	}
}

// publisher finds a publisher, or begins to follow it from a number on.
func (s *sequences) publisher(pub string, from uint64, now time.Time) *publisherSeen {
	p := s.seen[pub]
	if p == nil {
		if len(s.seen) >= mostFollowed {
			s.makeRoom()
		}
		goesOn := false
		if s.goesOn != nil {
			var last uint64
			if last, goesOn = s.goesOn(pub); goesOn {
				from = last
			}
		}
		p = &publisherSeen{last: from, at: now}
		s.seen[strings.Clone(pub)] = p // it is part of a payload, which it would keep in memory
		s.blind = s.blind || from > 0 && !goesOn
	}
	return p
}

// makeRoom looks at a few publishers by chance and forgets the one that has been
// silent longest. That is rarely a node, as nodes publish probes.
func (s *sequences) makeRoom() {
	silent, looked := "", 0
	for pub, p := range s.seen { // a map begins anywhere
		if pub != s.own && (silent == "" || p.at.Before(s.seen[silent].at)) {
			silent = pub
		}
		if looked++; looked == 8 {
			break
		}
	}
	delete(s.seen, silent)
}

// forgetAfter is when a silent publisher is no longer followed. Nodes publish
// probes; it is emitters that fall silent, and there may be one for each
// message that was ever emitted.
const forgetAfter = 10 * time.Minute

func (s *sequences) forget(now time.Time) {
	for pub, p := range s.seen {
		if pub != s.own && now.Sub(p.at) > forgetAfter {
			delete(s.seen, pub)
		}
	}
}
