package pubsub

import (
	"bytes"
	"fmt"
	"unsafe"
)

// passOver is how a message that nobody here needs is read: where it lies, in the connection's buffer, and
// nothing is copied. What is not passed over is read by replies.next as ever: that is the plain way, and without
// this file all would go it. TestWhatIsPassedOverLeavesTheRestAsItIs and FuzzPassOver compare both.
type passOver struct {
	wanted func(channel, payload string) (from string, number uint64, ok bool) // Options.PassOver
	heads  [][]byte                                                            // what a message begins with, up to its channel
}

// newPassOver returns nil when everything is to be handed over.
func newPassOver(o *Options) *passOver {
	if o.PassOver == nil {
		return nil
	}
	p := &passOver{wanted: o.PassOver}
	for _, pattern := range o.Patterns {
		p.heads = append(p.heads, fmt.Appendf(nil, "*4\r\n$8\r\npmessage\r\n$%d\r\n%s\r\n", len(pattern), pattern))
	}
	if len(o.Channels) > 0 {
		p.heads = append(p.heads, []byte("*3\r\n$7\r\nmessage\r\n"))
	}
	return p
}

// next waits for the next reply, as replies.next does. p is nil where all is handed over.
func (p *passOver) next(s *replies, patterns []string) (Event, error) {
	if p != nil {
		if e := p.skim(s); e.Kind == PassedOver {
			return e, nil
		}
	}
	return s.next(patterns)
}

// skim passes over the next reply if that is a message that is not needed. Otherwise it reads nothing, and the Event
// has no Kind. An error is met again by whoever reads then.
func (p *passOver) skim(s *replies) (e Event) {
	_, _ = s.r.Peek(1) // waits
	there, _ := s.r.Peek(s.r.Buffered())
	for _, head := range p.heads {
		if !bytes.HasPrefix(there, head) {
			continue
		}
		channel, at := element(there, len(head))
		payload, end := element(there, at)
		if end == 0 {
			return e // the plain way waits for the rest of its header, or says what is wrong with it
		}
		if end > len(there) { // the rest is on its way
			var err error
			if there, err = s.r.Peek(end); err != nil {
				return e
			}
		}
		from, number, ok := p.wanted(text(there[channel:at-len("\r\n")]), text(there[payload:end-len("\r\n")]))
		if ok {
			_, _ = s.r.Discard(end)
			e = Event{Kind: PassedOver, Payload: from, Number: number}
		}
		return e
	}
	return e
}

// element says where in b the bytes of a string begin whose header is at from, and where what follows it does:
// 0 when there is no whole header. The string itself may not have come yet.
func element(b []byte, from int) (begin, next int) {
	if from == 0 || from >= len(b) || b[from] != '$' {
		return 0, 0
	}
	n := 0
	for i := from + 1; i < len(b) && n <= readBytes; i++ {
		switch c := b[i]; {
		case '0' <= c && c <= '9':
			n = 10*n + int(c-'0')
		case c == '\r' && i > from+1 && i+1 < len(b) && b[i+1] == '\n':
			begin = i + len("\r\n")
			return begin, begin + n + len("\r\n")
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// text is b as a string, without a copy: good until b is written to.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
