package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

// JavaScript has 53 bits for a whole number. An id of a database has more.
func TestNumbersAreShownAsTheyWereSent(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	for _, data := range []string{
		`9007199254740993`,
		`{"id":9007199254740993,"most":18446744073709551615,"least":-9223372036854775808}`,
		`[1.0,1e400,-0,0.1000000000000000055511151231257827,1E-7,[7,{"2":3,"1":4}]]`,
		`{"9007199254740993":"9007199254740993 \" 12.0 \\","e":[true,false,null]}`,
	} {
		n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(data), From: "bob", Rooms: []string{"lobby"}}})
		shown := data
		if data[1] == '1' {
			shown = `[1.0,1e400,-0,0.1000000000000000055511151231257827,1E-7,[7,{"1":4,"2":3}]]` // names that are numbers come sorted
		}
		b.until(`[...document.querySelectorAll(".text")].at(-1)?.textContent === ` + quote(shown))
	}
}
