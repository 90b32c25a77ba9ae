package pubsub

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"unsafe"
)

// replies is the socket of a subscription, and reads from it what the server sends: RESP2, lines that end
// with \r\n. A message that matched a pattern is an array of four strings, each with its length before it:
//
//	*4  $8 pmessage  $4 chat  $4 news*  …
//
// go-redis dials, logs in, subscribes and gets the confirmations; from then on only messages come. To read
// one, go-redis takes 9 allocations, 11 with a pattern: each part becomes a string of its own, and then an
// interface. Here it is one allocation, and 0.4 µs instead of 0.7.
type replies struct {
	net.Conn
	r       *bufio.Reader
	scratch []byte // of a string that is not kept as such
	refusal string // the words of the last error
}

// 32 KiB are some 200 messages of a burst with one system call.
const readBytes = 32 << 10

func newReplies(socket net.Conn) *replies {
	return &replies{Conn: socket, r: bufio.NewReaderSize(socket, readBytes)}
}

// Read is for go-redis, which takes all that it can get. It gets a line at most: so when it has read a
// reply, which ends with a line, nothing of the next one is in its own buffer.
func (s *replies) Read(b []byte) (int, error) {
	if _, err := s.r.Peek(1); err != nil { // waits
		return 0, err
	}
	there, _ := s.r.Peek(min(len(b), s.r.Buffered()))
	if end := bytes.IndexByte(there, '\n'); end >= 0 {
		there = there[:end+1]
	}
	return s.r.Read(b[:len(there)])
}

// next waits for the next reply. A reply that is no message has no Kind: the PONG that was asked for, or an
// error in its place. Such an error is a sign of life, too: a replica without its master answers MASTERDOWN
// (replica-serve-stale-data no), one that loads a dataset LOADING, one in a long script BUSY, and each will
// go on to send messages. Its words are in Err. patterns are those that were subscribed to.
//
// The error is io.EOF only between two replies.
func (s *replies) next(patterns []string) (e Event, err error) {
	mark, n, err := s.header()
	if err == nil && mark == '-' {
		e.Err = errors.New(s.refusal)
	}
	if err != nil || mark != '*' || n <= 0 {
		return e, err
	}
	e, err = s.array(n, patterns)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return e, err
}

// array reads the n elements of a reply.
func (s *replies) array(n int, patterns []string) (e Event, err error) {
	if err = s.element(); err != nil {
		return e, err
	}
	switch {
	case n == 3 && (string(s.scratch) == "message" || string(s.scratch) == "smessage"):
	case n == 4 && string(s.scratch) == "pmessage":
		if err = s.element(); err != nil {
			return e, err
		}
		if i := slices.IndexFunc(patterns, func(p string) bool { return p == string(s.scratch) }); i >= 0 {
			e.Pattern = patterns[i] // the same string each time: no memory for it
		}
	case n == 3 && (string(s.scratch) == "subscribe" || string(s.scratch) == "ssubscribe"):
		return s.confirmation(Added)
	case n == 3 && (string(s.scratch) == "unsubscribe" || string(s.scratch) == "sunsubscribe"):
		return s.confirmation(removed)
	default:
		for range n - 1 {
			if err = s.element(); err != nil {
				return e, err
			}
		}
		return e, nil
	}
	e.Kind = Message
	e.Channel, e.Payload, err = s.pair()
	return e, err
}

// confirmation reads which channel was subscribed to, or left, and how many there are now.
func (s *replies) confirmation(kind Kind) (e Event, err error) {
	if err = s.element(); err == nil {
		e.Kind, e.Channel = kind, string(s.scratch)
		err = s.element()
	}
	return e, err
}

// pair reads channel and payload into one piece of memory.
func (s *replies) pair() (channel, payload string, err error) {
	if err = s.element(); err != nil {
		return "", "", err
	}
	mark, n, err := s.header()
	if err == nil && (mark != '$' || n < 0) {
		err = fmt.Errorf("the server sends %q where a message's payload is expected: this is not RESP2", mark)
	}
	if err != nil {
		return "", "", err
	}
	end := len(s.scratch)
	var both []byte
	if n <= trusted {
		both = make([]byte, 0, end+n)
	}
	if both, err = s.appendString(append(both, s.scratch...), n); err != nil {
		return "", "", err
	}
	text := unsafe.String(unsafe.SliceData(both), len(both)) // nobody else has both
	return text[:end], text[end:], nil
}

// appendString appends the n bytes that come next, and passes over the line's end. Memory for many of them is
// asked for as they come: a server can announce what it never sends.
func (s *replies) appendString(b []byte, n int) ([]byte, error) {
	for n > 0 {
		part := min(n, max(trusted, len(b))) // twice as much each time
		b = slices.Grow(b, part)
		if _, err := io.ReadFull(s.r, b[len(b):len(b)+part]); err != nil {
			return b, err
		}
		b, n = b[:len(b)+part], n-part
	}
	_, err := s.r.Discard(len("\r\n"))
	return b, err
}

// element reads an element of an array, a string or a number, into scratch.
func (s *replies) element() error {
	if s.scratch = s.scratch[:0]; cap(s.scratch) > trusted {
		s.scratch = nil // one long name is not kept for ever
	}
	mark, n, err := s.header()
	if err == nil && mark == '$' && n >= 0 { // -1 is null
		s.scratch, err = s.appendString(s.scratch, n)
	}
	return err
}

// header reads the line that begins a value, and the number in it: how many elements or bytes follow.
func (s *replies) header() (mark byte, n int, err error) {
	line, err := s.r.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return 0, 0, err
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return 0, 0, fmt.Errorf("the server sends an empty line: this is not RESP2")
	}
	switch mark = line[0]; mark {
	case '*', '$':
		if n, err = strconv.Atoi(string(line[1:])); err == nil && n <= mostBytes {
			return mark, n, nil
		}
	case '-':
		s.refusal = string(line[1:])
		return mark, 0, nil
	case '+', ':':
		return mark, 0, nil
	}
	return 0, 0, fmt.Errorf("the server sends %.32q: this is not RESP2", line)
}

const (
	mostBytes = 512 << 20 // Redis' own limit of a string
	trusted   = 1 << 20   // of a string, for which memory is asked before it has come
)
