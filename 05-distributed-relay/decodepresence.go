package relay

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// mostPublisher is the longest identity of a publisher, in bytes; ours have 12
	// and 16. It is kept for as long as its publisher is followed.
	mostPublisher = 64

	// mostPresence and mostPresent bound one node's list: in bytes, and in names,
	// one for each of its connections.
	mostPresence = 16 << 20
	mostPresent  = 1 << 20
)

var errPublisher = errors.New("a publisher without a name, or with one too long")

// decodePresence reads what arrived on chat:presence. Anybody can publish
// there, and what is told goes to every client of a room: names and rooms are
// checked as a client's own are, and nothing is kept of the payload.
//
// names is how many came; those that left are taken off.
func decodePresence(payload string) (p presence, names int, err error) {
	if len(payload) > mostPresence {
		return presence{}, 0, fmt.Errorf("a presence of %d bytes, %d are allowed", len(payload), mostPresence)
	}
	u := unpackers.Get().(*unpacker)
	defer unpackers.Put(u)
	u.s, u.pos = payload, 0
	defer func() { u.s = "" }() // the pool must not keep the payload

	left := 0
	err = u.fields(func(key string) (err error) {
		switch key {
		case "node":
			p.Node, err = u.string()
		case "pub":
			p.Pub, err = u.string()
		case "whole":
			p.Whole, err = u.boolean()
		case "ask":
			p.Ask, err = u.boolean()
		case "joined":
			p.Joined, names, err = u.present()
		case "left":
			p.Left, left, err = u.present()
		default:
			err = u.skip(0)
		}
		return err
	})
	switch rest := len(u.s) - u.pos; {
	case err != nil:
	case rest > 0:
		err = fmt.Errorf("%d bytes too many at the end", rest)
	case p.Pub == "" || len(p.Pub) > mostPublisher:
		err = errPublisher
	default:
		err = p.update().Check()
	}
	if err != nil {
		return presence{}, 0, fmt.Errorf("decode presence: byte %d of %d: %w", u.pos, len(payload), err)
	}
	return p, names - left, nil
}

// present reads rooms and who is in each.
func (u *unpacker) present() (rooms map[string][]string, names int, err error) {
	if u.null() {
		return nil, 0, nil
	}
	rooms = map[string][]string{}
	err = u.fields(func(room string) error {
		n, err := u.array()
		if err != nil {
			return err
		}
		if names += n; names+len(rooms) > mostPresent {
			return fmt.Errorf("more than %d names and rooms", mostPresent)
		}
		list := make([]string, 0, min(n, 16)) // grows as they come
		for range n {
			name, err := u.string()
			if err != nil {
				return err
			}
			if name == "" {
				return errors.New("an empty name")
			}
			list = append(list, strings.Clone(name))
		}
		rooms[strings.Clone(room)] = list
		return nil
	})
	return rooms, names, err
}
