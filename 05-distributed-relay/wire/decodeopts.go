package wire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/redis-chat/05-distributed-relay/pack"
)

func (e *Envelope) decodeOpts(r *pack.Reader) error {
	if r.IsArray() || r.IsBytes() {
		return r.Skip(0) // to JavaScript an object without any of the keys
	}
	return r.Fields(func(key string) (err error) {
		switch key {
		case "rooms":
			var n int
			if e.Rooms, n, err = decodeList(r); len(e.Rooms) == 0 && n > 0 {
				e.Rooms = []string{""} // it is for nobody, and not for everybody: no room has this name
			}
		case "except":
			e.Except, _, err = decodeList(r)
		case "flags":
			e.Flags = Flags{}
			if r.IsMap() {
				err = r.Fields(func(key string) error { return e.Flags.decode(r, key) })
			} else {
				err = r.Skip(0)
			}
		case "from":
			e.From, err = r.OptionalText()
		case "at":
			e.At, err = r.OptionalInt()
		case "pub":
			e.Pub, err = r.OptionalText()
		case "seq":
			e.Seq, err = r.OptionalUint()
		default:
			err = r.Skip(0)
		}
		return err
	})
}

// decode reads the value of the flag key.
func (f *Flags) decode(r *pack.Reader, key string) (err error) {
	switch key {
	case "volatile":
		f.Volatile, err = r.Truth()
	case "compress":
		f.Compress, err = r.Truth()
	case "local":
		f.Local, err = r.Truth()
	case "broadcast":
		f.Broadcast, err = r.Truth()
	case "binary":
		f.Binary, err = r.Truth()
	case "timeout":
		f.Timeout, err = r.OptionalInt()
	default:
		err = r.Skip(0)
	}
	return err
}

// decodeList reads a list of rooms. n is how many elements it has: those that are neither
// text nor numbers name no room, and are not in the list. Null is the empty list, and a
// text the list of its characters, as which JavaScript reads it.
func decodeList(r *pack.Reader) (list []string, n int, err error) {
	switch {
	case r.IsNil():
		return nil, 0, r.Skip(0)
	case r.IsString():
		s, err := r.Text()
		n = utf8.RuneCountInString(s)
		if err == nil && n > mostRooms {
			err = errRooms(n)
		}
		if err != nil || n == 0 {
			return nil, 0, err
		}
		return strings.Split(s, ""), n, nil
	}
	if n, err = r.Array(); err != nil || n == 0 {
		return nil, 0, err
	}
	if n > mostRooms {
		return nil, 0, errRooms(n)
	}
	list = make([]string, 0, min(n, 16))
	for range n {
		if !r.IsName() {
			if err := r.Skip(0); err != nil {
				return nil, 0, err
			}
			continue
		}
		s, err := r.Name()
		if err != nil {
			return nil, 0, err
		}
		list = append(list, s)
	}
	return list, n, nil
}

func errRooms(n int) error { return fmt.Errorf("%d rooms, %d are allowed", n, mostRooms) }
