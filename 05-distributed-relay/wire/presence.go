package wire

import (
	"errors"
	"fmt"
	"strings"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// Presence is what nodes publish on PresenceChannel: who is in which room there.
type Presence struct {
	Node   string              `msgpack:"node"`   // the node's name, for people
	Pub    string              `msgpack:"pub"`    // identity of this run of the publisher
	Whole  bool                `msgpack:"whole"`  // Joined is all there is on that node
	Ask    bool                `msgpack:"ask"`    // the node asks all others for their whole lists
	Joined map[string][]string `msgpack:"joined"` // rooms, and the names of those who came
	Left   map[string][]string `msgpack:"left"`   // rooms, and the names of those who went
}

// MaxNames bounds one node's list, in names, one for each of its connections.
const MaxNames = 1 << 20

// maxPresence bounds one node's list, in bytes.
const maxPresence = 16 << 20

// Encode returns the list as MessagePack.
func (p Presence) Encode() []byte { return encode(p) }

// DecodePresence reads what arrived on PresenceChannel. Nothing of the payload is
// kept. Names and rooms are any strings: whoever tells them to clients checks them.
//
// names is how many came; those that left are taken off.
func DecodePresence(payload string) (p Presence, names int, err error) {
	if len(payload) > maxPresence {
		return Presence{}, 0, fmt.Errorf("a presence of %d bytes, %d are allowed", len(payload), maxPresence)
	}
	r := pack.NewReader(payload)
	defer r.Close()
	left := 0
	err = r.Fields(func(key string) (err error) {
		switch key {
		case "node":
			p.Node, err = r.Text()
		case "pub":
			p.Pub, err = r.Text()
		case "whole":
			p.Whole, err = r.Bool()
		case "ask":
			p.Ask, err = r.Bool()
		case "joined":
			p.Joined, names, err = decodeNames(r)
		case "left":
			p.Left, left, err = decodeNames(r)
		default:
			err = r.Skip(0)
		}
		return err
	})
	if err == nil {
		err = r.End()
	}
	if err == nil && (p.Pub == "" || len(p.Pub) > MaxPub) {
		err = ErrPub
	}
	if err != nil {
		return Presence{}, 0, fmt.Errorf("decode presence: byte %d of %d: %w", r.Pos(), len(payload), err)
	}
	return p, names - left, nil
}

// decodeNames reads rooms and who is in each.
func decodeNames(r *pack.Reader) (rooms map[string][]string, names int, err error) {
	if r.IsNil() {
		return nil, 0, r.Skip(0)
	}
	rooms = map[string][]string{}
	err = r.Fields(func(room string) error {
		n, err := r.Array()
		if err != nil {
			return err
		}
		if names += n; names+len(rooms) > MaxNames {
			return fmt.Errorf("more than %d names and rooms", MaxNames)
		}
		list := make([]string, 0, min(n, 16)) // grows as they come
		for range n {
			name, err := r.Text()
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
