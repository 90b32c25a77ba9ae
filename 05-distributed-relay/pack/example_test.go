package pack_test

import (
	"encoding/json"
	"fmt"

	"example.com/redis-chat/05-distributed-relay/pack"
)

func ExampleFromJSON() {
	v, err := pack.FromJSON(json.RawMessage(`{"text": "hi", "reply": 7}`))
	fmt.Printf("%x %v\n", v, err)
	_, err = pack.FromJSON(json.RawMessage(`{"text": hi}`))
	fmt.Println(err)
	// Output:
	// 82a474657874a26869a57265706c7907 <nil>
	// not JSON: 'h' at byte 9, where a value is expected
}

// A map is read key by key; a value that nobody knows is passed over.
func ExampleReader() {
	w := pack.NewWriter(nil)
	w.Map(2)
	w.Text("later")
	w.Bool(true)
	w.Text("seq")
	w.Uint(300)
	payload := string(w.Close())

	r := pack.NewReader(payload)
	defer r.Close()
	err := r.Fields(func(key string) error {
		if key != "seq" {
			return r.Skip(0)
		}
		seq, err := r.OptionalUint()
		fmt.Println(key, seq)
		return err
	})
	fmt.Println(err, r.End())
	// Output:
	// seq 300
	// <nil> <nil>
}
