package presence_test

import (
	"fmt"

	"example.com/redis-chat/04-websocket-chat/presence"
)

// A node's list goes out in two parts, as one may hold no more than 25 bytes. Each says
// which piece of the list it is, and all that is true of it.
func ExampleWalk() {
	people := []presence.Room{{Name: "go", Names: []string{"bob", "alice"}}, {Name: "rust", Names: []string{"carol", "carol"}}}
	var w presence.Walk
	w.Begin([]string{"rust", "go"})
	fmt.Println("rooms:", w.Upcoming())
	for done := false; !done; {
		var part presence.Part
		part, done = w.Cut(people, "", 25)
		fmt.Printf("behind %q to %q: %v\n", part.After, part.To, part.Rooms)
		fmt.Println("says something of dave in go:", part.Covers("go", "dave"))
	}
	// Output:
	// rooms: [go rust]
	// behind ["" ""] to ["go" "bob"]: map[go:map[alice:1 bob:1]]
	// says something of dave in go: false
	// behind ["go" "bob"] to ["" ""]: map[rust:map[carol:2]]
	// says something of dave in go: true
}
