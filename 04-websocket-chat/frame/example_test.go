package frame_test

import (
	"fmt"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// A client's text becomes a Frame, or a Problem that says what is wrong.
func ExampleParse() {
	for _, text := range []string{`{"event":"message","data":"hi","id":7}`, `{"data":"hi"}`} {
		f, problem := frame.Parse([]byte(text))
		if problem != nil {
			fmt.Printf("%s: %v\n", problem.Code, problem)
			continue
		}
		fmt.Printf("%s %s, id %d\n", f.Event, f.Data, *f.ID)
	}
	// Output:
	// message "hi", id 7
	// bad_frame: a frame needs an event, as in {"event":"message","data":"hi"}
}

// A frame of a node's own: two bytes of WebSocket, final text frame and length, then JSON.
func ExampleEncode() {
	id := int64(7)
	fmt.Printf("%q\n", frame.Encode(frame.EventAck, "", nil, &id))
	// Output: "\x81\x17{\"event\":\"$ack\",\"id\":7}"
}
