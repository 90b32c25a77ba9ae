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
	for need := 1; ; {
		if _, err := s.r.Peek(need); err != nil { // waits
			return e
		}
		there, _ := s.r.Peek(s.r.Buffered())
		var channel, payload []byte
		switch channel, payload, need = p.message(there); {
		case need == 0:
			return e
		case need <= len(there):
			from, number, ok := p.wanted(text(channel), text(payload))
			if ok {
				_, _ = s.r.Discard(need)
				e = Event{Kind: PassedOver, Payload: from, Number: number}
			}
			return e
		}
	}
}

// message finds the message that b begins with, and its size: 0 for another reply, and for what the plain way shall
// say is wrong. With a size of more than len(b) so much is needed to know more. A message that is cut by the end of
// the buffer would else go the plain way, and with messages of one length that is one of each buffer.
func (p *passOver) message(b []byte) (channel, payload []byte, size int) {
	for _, head := range p.heads {
		if len(b) < len(head) && bytes.HasPrefix(head, b) {
			return nil, nil, len(b) + 1 // an array of three or four is not over with its first element
		}
		if !bytes.HasPrefix(b, head) {
			continue
		}
		channel, payloadAt := element(b, len(head))
		if payloadAt == 0 || payloadAt > len(b) {
			return nil, nil, payloadAt
		}
		payload, end := element(b, payloadAt)
		return channel, payload, end
	}
	return nil, nil, 0
}

// element returns the string whose header begins at from, and where what follows it does: 0 when there is no header,
// and more than len(b) as long as b does not hold all of it.
func element(b []byte, from int) (value []byte, next int) {
	if from < len(b) && b[from] != '$' {
		return nil, 0
	}
	n := 0
	for i := from + 1; i < len(b); i++ {
		switch c := b[i]; {
		case '0' <= c && c <= '9' && n <= readBytes:
			n = 10*n + int(c-'0')
		case c == '\r' && i > from+1 && i+1 == len(b):
			return nil, len(b) + 1
		case c == '\r' && i > from+1 && b[i+1] == '\n':
			begin := i + len("\r\n")
			if next = begin + n + len("\r\n"); next <= len(b) {
				value = b[begin:][:n]
			}
			return value, next
		default:
			return nil, 0
		}
	}
	return nil, len(b) + 1
}

// text is b as a string, without a copy: good until b is written to.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
