package pack

import "github.com/vmihailenco/msgpack/v5/msgpcode"

// Cursor goes over a payload byte by byte and allocates nothing, for whoever needs little of it. It knows the
// formats by itself: a Reader asks the library for each header, through an interface, and takes five times as
// long. And it is not liberal as a Reader is: anything that it does not expect makes it unsure, and what it
// returns from then on is worth nothing. Ask Sure at the end. The zero value has nothing to read.
type Cursor struct {
	rest   string
	unsure bool
}

// NewCursor returns a cursor at the beginning of payload. Strings that it returns are parts of it.
func NewCursor(payload string) Cursor { return Cursor{rest: payload} }

// Sure reports whether all of the payload was read, and all of it was what was expected: then a Reader
// reads the same.
func (c *Cursor) Sure() bool { return !c.unsure && c.rest == "" }

// Doubt makes the cursor unsure, of what only its caller can know. Nothing more is read.
func (c *Cursor) Doubt() { c.rest, c.unsure = "", true }

// Array passes over the header of an array: n elements follow.
func (c *Cursor) Array() (n int) {
	switch code := c.code(); {
	case msgpcode.IsFixedArray(code):
		n = int(code & msgpcode.FixedArrayMask)
	case code == msgpcode.Array16:
		n = c.length(2)
	case code == msgpcode.Array32:
		n = c.length(4)
	default:
		c.Doubt()
	}
	return c.within(n)
}

// Map passes over the header of a map: n pairs follow.
func (c *Cursor) Map() (n int) {
	switch code := c.code(); {
	case msgpcode.IsFixedMap(code):
		n = int(code & msgpcode.FixedMapMask)
	case code == msgpcode.Map16:
		n = c.length(2)
	case code == msgpcode.Map32:
		n = c.length(4)
	default:
		c.Doubt()
	}
	return c.within(n)
}

// within doubts a header that announces more than there is. So loops are bounded by the payload's size.
func (c *Cursor) within(n int) int {
	if n > len(c.rest) {
		c.Doubt()
		return 0
	}
	return n
}

// Text returns a string as it is, UTF-8 or not.
func (c *Cursor) Text() string {
	switch code := c.code(); {
	case msgpcode.IsFixedString(code):
		return c.take(int(code & msgpcode.FixedStrMask))
	case code == msgpcode.Str8:
		return c.take(c.length(1))
	case code == msgpcode.Str16:
		return c.take(c.length(2))
	case code == msgpcode.Str32:
		return c.take(c.length(4))
	}
	c.Doubt()
	return ""
}

// Uint returns an integer that is written as one that is not negative.
func (c *Cursor) Uint() uint64 {
	switch code := c.code(); {
	case code <= msgpcode.PosFixedNumHigh:
		return uint64(code)
	case isUint(code):
		return c.number(1 << (code - msgpcode.Uint8))
	}
	c.Doubt()
	return 0
}

// Skip passes over an argument, or a part of one that is nested depth levels deep in it.
func (c *Cursor) Skip(depth int) {
	if c.rest == "" {
		c.Doubt()
		return
	}
	switch code := c.rest[0]; {
	case isString(code):
		c.Text()
	case depth == MaxDepth && (isArray(code) || isMap(code)):
		c.Doubt()
	case isArray(code):
		for range c.Array() {
			c.Skip(depth + 1)
		}
	case isMap(code):
		for range c.Map() {
			c.Text()
			c.Skip(depth + 1)
		}
	default:
		c.take(1)
		c.take(c.scalar(code))
	}
}

// scalar is how many bytes follow the code of a value without parts.
func (c *Cursor) scalar(code byte) int {
	switch {
	case msgpcode.IsFixedNum(code) || code == msgpcode.Nil || code == msgpcode.False || code == msgpcode.True:
		return 0
	case isUint(code):
		return 1 << (code - msgpcode.Uint8)
	case isInt(code):
		return 1 << (code - msgpcode.Int8)
	case isFloat(code):
		return 4 << (code - msgpcode.Float)
	case msgpcode.IsBin(code):
		return c.length(1 << (code - msgpcode.Bin8))
	}
	c.Doubt()
	return 0
}

// code takes the byte that begins a value.
func (c *Cursor) code() byte {
	if c.rest == "" {
		c.Doubt()
		return msgpcode.Nil
	}
	code := c.rest[0]
	c.rest = c.rest[1:]
	return code
}

// take takes the next n bytes.
func (c *Cursor) take(n int) string {
	if n > len(c.rest) {
		c.Doubt()
		return ""
	}
	taken := c.rest[:n]
	c.rest = c.rest[n:]
	return taken
}

// length takes a length of so many bytes, four at most.
func (c *Cursor) length(bytes int) int { return int(c.number(bytes)) }

// number takes a number of so many bytes, the highest first.
func (c *Cursor) number(bytes int) (n uint64) {
	for _, b := range []byte(c.take(bytes)) {
		n = n<<8 | uint64(b)
	}
	return n
}
