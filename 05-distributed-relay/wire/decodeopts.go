package wire

import (
	"fmt"

	"example.com/redis-chat/05-distributed-relay/pack"
)

func (e *Envelope) decodeOpts(r *pack.Reader) error {
	return r.Fields(func(key string) (err error) {
		switch key {
		case "rooms":
			e.Rooms, err = decodeList(r)
		case "except":
			e.Except, err = decodeList(r)
		case "flags":
			e.Flags = Flags{}
			if !r.Nil() {
				err = r.Fields(func(key string) error { return e.Flags.decode(r, key) })
			}
		case "pub":
			e.Pub, err = r.Text()
		case "seq":
			e.Seq, err = r.Uint()
		case "from":
			e.From, err = r.Text()
		case "at":
			e.At, err = r.Int()
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
		f.Volatile, err = r.Bool()
	case "compress":
		f.Compress, err = r.Bool()
	case "local":
		f.Local, err = r.Bool()
	case "broadcast":
		f.Broadcast, err = r.Bool()
	case "binary":
		f.Binary, err = r.Bool()
	case "timeout":
		f.Timeout, err = r.Int()
	default:
		err = r.Skip(0)
	}
	return err
}

// decodeList reads a list of rooms; null is the empty list.
func decodeList(r *pack.Reader) ([]string, error) {
	if r.Nil() {
		return nil, nil
	}
	n, err := r.Array()
	if err != nil || n == 0 {
		return nil, err
	}
	if n > mostRooms {
		return nil, fmt.Errorf("%d rooms, %d are allowed", n, mostRooms)
	}
	list := make([]string, 0, min(n, 16))
	for range n {
		s, err := r.Key()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
