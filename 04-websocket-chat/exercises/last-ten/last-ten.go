// Package lastten is a room that remembers what was said last.
package lastten

// Remembered is how many lines a room remembers: the last ones.
const Remembered = 10

// Room is a room of a chat. The zero value is an empty room; its methods may be called from any goroutine.
type Room struct {
}

// Join lets somebody into the room. put puts a line into their queue: at first those that the room remembers, oldest first,
// and then every line that is said until leave is called; each once, and for all members in one order. put never waits, is
// called by one goroutine at a time, and does not call the room.
func (r *Room) Join(put func(line string)) (leave func()) {
	return func() {}
}

// Say gives a line to every member, and remembers it.
func (r *Room) Say(line string) {
}
