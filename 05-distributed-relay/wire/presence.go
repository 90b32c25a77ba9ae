package wire

import (
	"errors"
	"fmt"
	"strings"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// Presence is what nodes publish on PresenceChannel: who is in which room there.
//
// A list that fits into one message has the form that nodes have read from the beginning:
// Whole and Joined. A larger one comes in parts, each in a message with Part, and
// without Whole, Joined and Left: a node that knows no parts skips that key, and takes
// the message for one in which nobody came and nobody left.
type Presence struct {
	Node   string              `msgpack:"node"`           // the node's name, for people
	Pub    string              `msgpack:"pub"`            // identity of this run of the publisher
	Whole  bool                `msgpack:"whole"`          // Joined is all there is on that node
	Ask    bool                `msgpack:"ask"`            // the node asks all others for their whole lists
	Joined map[string][]string `msgpack:"joined"`         // rooms, and the names of those who came
	Left   map[string][]string `msgpack:"left"`           // rooms, and the names of those who went
	Part   *Part               `msgpack:"part,omitempty"` // a piece of all there is on that node
}

// Part is a piece of a node's list, which is ordered by room, and in a room by name, as
// bytes are: all that there is behind the place After, up to the place To and with it.
// A place is a room and a name, which may be "": before all names. The zero place is
// the beginning, or the end, of the list. The next part's After is this one's To.
type Part struct {
	After [2]string                 `msgpack:"after"`
	To    [2]string                 `msgpack:"to"`
	Rooms map[string]map[string]int `msgpack:"rooms"` // room: name: connections of that name
}

// MaxPart is how large a message of the nodes' own on PresenceChannel may be, in bytes.
const MaxPart = 64 << 10

// MaxNames bounds one node's list, in names, one for each of its connections.
const MaxNames = 1 << 20

// maxPresence bounds what is read, in bytes: nodes that know no parts say all at once.
const maxPresence = 16 << 20

// Encode returns the list as MessagePack.
func (p Presence) Encode() []byte { return encode(p) }

// DecodePresence reads what arrived on PresenceChannel. Nothing of the payload is
// kept. Names and rooms are any strings: whoever tells them to clients checks them.
//
// names is how many came, or are in the part; those that left are taken off.
func DecodePresence(payload string) (p Presence, names int, err error) {
	if len(payload) > maxPresence {
		return Presence{}, 0, fmt.Errorf("a presence of %d bytes, %d are allowed", len(payload), maxPresence)
	}
	r := pack.NewReader(payload)
	defer r.Close()
	left, inPart := 0, 0
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
		case "part":
			if len(payload) > MaxPart {
				return fmt.Errorf("a part in a message of %d bytes, %d are allowed", len(payload), MaxPart)
			}
			p.Part, inPart, err = decodePart(r)
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
	return p, names + inPart - left, nil
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

// decodePart reads a part, and returns how many connections are in it; nil is none.
func decodePart(r *pack.Reader) (p *Part, names int, err error) {
	if r.IsNil() {
		return nil, 0, r.Skip(0)
	}
	p = &Part{}
	err = r.Fields(func(key string) (err error) {
		switch key {
		case "after":
			p.After, err = decodePlace(r)
		case "to":
			p.To, err = decodePlace(r)
		case "rooms":
			p.Rooms, names, err = decodeCounts(r)
		default:
			err = r.Skip(0)
		}
		return err
	})
	return p, names, err
}

// decodePlace reads a room and a name.
func decodePlace(r *pack.Reader) (place [2]string, err error) {
	n, err := r.Array()
	if err == nil && n != len(place) {
		err = fmt.Errorf("a place is a room and a name, not %d things", n)
	}
	for i := 0; i < len(place) && err == nil; i++ {
		place[i], err = r.Text()
	}
	return place, err
}

// decodeCounts reads rooms, and how many connections of each name are there.
func decodeCounts(r *pack.Reader) (rooms map[string]map[string]int, names int, err error) {
	if r.IsNil() {
		return nil, 0, r.Skip(0)
	}
	rooms = map[string]map[string]int{}
	err = r.Fields(func(room string) error {
		in := map[string]int{}
		rooms[strings.Clone(room)] = in
		return r.Fields(func(name string) error {
			n, err := r.OptionalUint()
			switch {
			case err != nil:
				return err
			case name == "":
				return errors.New("an empty name")
			case n == 0 || n > MaxNames:
				return fmt.Errorf("%d connections of one name", n)
			}
			if names += int(n); names > MaxNames {
				return fmt.Errorf("more than %d names", MaxNames)
			}
			in[strings.Clone(name)] = int(n)
			return nil
		})
	})
	return rooms, names, err
}
