package relay

import (
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

func (u *unpacker) opts(e *Envelope) error {
	return u.fields(func(key string) (err error) {
		switch key {
		case "rooms":
			e.Rooms, err = u.strings()
		case "except":
			e.Except, err = u.strings()
		case "flags":
			e.Flags = Flags{}
			if !u.null() {
				err = u.fields(func(key string) error { return u.flag(&e.Flags, key) })
			}
		case "pub":
			e.Pub, err = u.string()
		case "seq":
			e.Seq, err = u.unsigned()
		case "from":
			e.From, err = u.string()
		case "at":
			e.At, err = u.integer()
		default:
			err = u.skip(0)
		}
		return err
	})
}

func (u *unpacker) flag(f *Flags, key string) (err error) {
	switch key {
	case "volatile":
		f.Volatile, err = u.boolean()
	case "compress":
		f.Compress, err = u.boolean()
	case "local":
		f.Local, err = u.boolean()
	case "broadcast":
		f.Broadcast, err = u.boolean()
	case "binary":
		f.Binary, err = u.boolean()
	case "timeout":
		f.Timeout, err = u.integer()
	default:
		err = u.skip(0)
	}
	return err
}

// strings reads a list of rooms; null is the empty list.
func (u *unpacker) strings() ([]string, error) {
	if u.null() {
		return nil, nil
	}
	n, err := u.array()
	if err != nil || n == 0 {
		return nil, err
	}
	if n > mostRooms {
		return nil, fmt.Errorf("%d rooms, %d are allowed", n, mostRooms)
	}
	list := make([]string, 0, min(n, 16))
	for range n {
		s, err := u.text()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// boolean reads a flag. JavaScript leaves a flag that is not set away, or null.
func (u *unpacker) boolean() (bool, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return false, err
	}
	if c != msgpcode.True && c != msgpcode.False && c != msgpcode.Nil {
		return false, fmt.Errorf("a boolean is expected, not %s", kindOf(c))
	}
	return u.dec.DecodeBool()
}

func (u *unpacker) integer() (int64, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isInt(c) && !isUint(c) {
		return 0, fmt.Errorf("an integer is expected, not %s", kindOf(c))
	}
	n, err := u.dec.DecodeInt64()
	if err == nil && isUint(c) && n < 0 {
		return 0, errors.New("an integer that is too large")
	}
	return n, err
}

func (u *unpacker) unsigned() (uint64, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isInt(c) && !isUint(c) {
		return 0, fmt.Errorf("an integer is expected, not %s", kindOf(c))
	}
	if isInt(c) {
		n, err := u.dec.DecodeInt64()
		if err == nil && n < 0 {
			return 0, fmt.Errorf("%d is negative", n)
		}
		return uint64(n), err
	}
	return u.dec.DecodeUint64()
}
