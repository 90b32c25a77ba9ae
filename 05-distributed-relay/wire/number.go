package wire

import (
	"fmt"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// DecodeNumber reads the publisher and the number of an envelope, "" and 0 when it
// has none. It allocates nothing for the rest.
func DecodeNumber(payload string) (pub string, seq uint64, err error) {
	r := pack.NewReader(payload)
	defer r.Close()
	n, err := r.Array()
	if err == nil && n < 3 {
		err = fmt.Errorf("an array of 3 is expected, not of %d", n)
	}
	if err == nil {
		err = r.Skip(0) // uid
	}
	if err == nil {
		err = r.Skip(-2) // packet: arguments begin two levels within it
	}
	if err == nil && r.IsMap() { // else opts are of another kind: see decodeOpts
		n--
		err = r.Fields(func(key string) (err error) {
			switch key {
			case "pub":
				pub, err = r.OptionalText()
			case "seq":
				seq, err = r.OptionalUint()
			default:
				err = r.Skip(0)
			}
			return err
		})
	}
	for i := 2; i < n && err == nil; i++ {
		err = r.Skip(0)
	}
	if err == nil {
		err = r.End()
	}
	return pub, seq, err
}
