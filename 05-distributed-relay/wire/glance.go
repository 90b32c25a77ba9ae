package wire

import (
	"unicode/utf8"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// Glance reads of an envelope all that a node needs that has nobody in its room: that it is for this room alone,
// who published it, and its number. ok says that DecodeEnvelope would read the same, and would have nothing to complain
// of. What Glance is not sure of it leaves to that: it is false more often, and never true where this is not:
//
//	e, err := DecodeEnvelope(payload)
//	ok := err == nil && Reserved(e.Event) == "" && len(e.Rooms) == 1 && e.Rooms[0] == room
//	return e.Pub, e.Seq, ok
//
// These lines are the plain way, and FuzzGlance compares with them. They make JSON of the arguments, and a list of
// the rooms, to throw both away. Glance passes over all that and allocates nothing. pub is a part of payload.
func Glance(payload, room string) (pub string, seq uint64, ok bool) {
	c := pack.NewCursor(payload)
	if c.Array() != 3 {
		c.Doubt()
	}
	c.Text() // uid
	glanceAtPacket(&c)
	pub, seq = glanceAtOpts(&c, room)
	return pub, seq, c.Sure()
}

// glanceAtPacket passes over {type, data, nsp}, in any order.
func glanceAtPacket(c *pack.Cursor) {
	var kind, data bool
	for range c.Map() {
		switch c.Text() {
		case "type":
			n := c.Uint()
			kind = n == eventPacket || n == binaryEventPacket
		case "data":
			data = glanceAtData(c)
		case "nsp":
			if c.Text() != "/" {
				c.Doubt()
			}
		default:
			c.Doubt()
		}
	}
	if !kind || !data {
		c.Doubt()
	}
}

// glanceAtData passes over [event, ...args], and reports whether that can be delivered.
func glanceAtData(c *pack.Cursor) bool {
	n := c.Array()
	if Reserved(c.Text()) != "" {
		return false
	}
	for range n - 1 {
		c.Skip(0)
	}
	return n > 0 && n <= 1+mostArguments
}

// glanceAtOpts reads pub and seq, and passes over the rest of what is known here, in any order.
func glanceAtOpts(c *pack.Cursor, room string) (pub string, seq uint64) {
	alone := false
	for range c.Map() {
		switch c.Text() {
		case "rooms":
			alone = c.Array() == 1 && c.Text() == room
		case "except":
			for range c.Array() {
				c.Text()
			}
		case "flags":
			for range c.Map() {
				c.Text()
				c.Skip(0)
			}
		case "pub":
			pub = c.Text()
		case "seq":
			seq = c.Uint()
		case "from":
			c.Text()
		case "at":
			c.Skip(0)
		default:
			c.Doubt()
		}
	}
	// What is not UTF-8 would be another room, another publisher, when it is decoded.
	if !alone || !utf8.ValidString(room) || !utf8.ValidString(pub) {
		c.Doubt()
	}
	return pub, seq
}
