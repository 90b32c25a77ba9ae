package faults

import (
	"slices"
	"sync"
	"time"
)

// fate is what a message's sender was told about it.
type fate uint8

const (
	waiting  fate = iota // no answer yet; some systems never give one
	accepted             // acknowledged
	unsent               // refused before it left the node: nobody has it
	unknown              // "it may or may not have been taken"
)

// source is a sender. Its messages are numbered from 1, and leave in the order of their
// numbers, whichever goroutine sends them.
type source struct {
	id   int
	name string
	rate float64 // messages a second
	size int     // bytes of a message's data

	turn sync.Mutex // held from numbering a message until it has left

	mu      sync.Mutex
	fates   []fate          // of message 1, 2, …
	sent    []time.Duration // when each was sent, on the run's clock
	answers []time.Duration // when each was answered; 0: not yet
}

// send numbers a message and lets it leave, in one step. The flow and the fences send
// at the same time, and a lab that judges the order of others must not make disorder
// itself. Answers may come meanwhile.
func (s *source) send(began time.Time, leave func(stamp) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	return leave(s.next(time.Since(began)))
}

// next numbers a message. Only send calls it.
func (s *source) next(now time.Duration) stamp {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fates = append(s.fates, waiting)
	s.sent = append(s.sent, now)
	s.answers = append(s.answers, 0)
	return stamp{s.id, len(s.fates)}
}

// told notes the answer to a message. Only the first answer counts.
func (s *source) told(seq int, f fate, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := seq - 1; i >= 0 && i < len(s.fates) && s.fates[i] == waiting {
		s.fates[i], s.answers[i] = f, now
	}
}

// numbered is how many messages have been numbered.
func (s *source) numbered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fates)
}

// count counts the messages that have one of these fates.
func (s *source) count(fates ...fate) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.fates {
		if slices.Contains(fates, f) {
			n++
		}
	}
	return n
}

// slowest is the longest time from a message to its answer; a message without
// one counts until now.
func (s *source) slowest(now time.Duration) (most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.fates {
		took := s.answers[i] - s.sent[i]
		if f == waiting {
			took = now - s.sent[i]
		}
		most = max(most, took)
	}
	return most
}

// slowestBefore is the longest time from a message to its answer, of the answers that
// came before a moment.
func (s *source) slowestBefore(moment time.Duration) (most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.fates {
		if f != waiting && s.answers[i] <= moment {
			most = max(most, s.answers[i]-s.sent[i])
		}
	}
	return most
}

// acceptedWithin counts the messages that were both sent and acknowledged between from
// and to.
func (s *source) acceptedWithin(from, to time.Duration) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.fates {
		if f == accepted && s.sent[i] >= from && s.answers[i] < to {
			n++
		}
	}
	return n
}
