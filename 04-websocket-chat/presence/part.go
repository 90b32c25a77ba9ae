package presence

import (
	"fmt"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Part is what a node says about a piece of its list: in this piece there are the
// connections in Rooms, and no others.
//
// A place is a room and a name in it. The piece begins behind After and ends with To;
// the zero place is the beginning, or the end, of the list. A part with neither is the
// whole list.
type Part struct {
	After, To [2]string
	Rooms     map[string]map[string]int // room: name: connections of that name, 1 at least
}

// Whole makes a part of a whole list, in which a name stands once for each connection.
func Whole(rooms map[string][]string) Part {
	p := Part{Rooms: make(map[string]map[string]int, len(rooms))}
	for room, names := range rooms {
		in := make(map[string]int, len(names))
		for _, name := range names {
			in[name]++
		}
		p.Rooms[room] = in
	}
	return p
}

// IsWhole reports whether it is the whole list.
func (p Part) IsWhole() bool { return p.After == [2]string{} && p.To == [2]string{} }

// Covers reports whether the part says how many connections of that name are in the room.
func (p Part) Covers(room, name string) bool {
	at := [2]string{room, name}
	return before(p.After, at) && (p.To == [2]string{} || !before(p.To, at))
}

// Touches reports whether the part says anything about the room.
func (p Part) Touches(room string) bool {
	return p.After[0] <= room && (p.To == [2]string{} || room <= p.To[0])
}

func before(a, b [2]string) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

// Check says what is wrong with a part that another node tells: its names and rooms go
// to clients, and must be such as a client could have chosen.
func (p Part) Check() error {
	for room, names := range p.Rooms {
		if err := CheckNames(room, nil); err != nil {
			return err
		}
		for name, n := range names {
			switch {
			case !frame.ValidName(name):
				return CheckNames(room, []string{name})
			case n < 1:
				return fmt.Errorf("%d connections of %.64q", n, name)
			case !p.Covers(room, name):
				return fmt.Errorf("room %.64q, name %.64q: not in the piece that it says it is of", room, name)
			}
		}
	}
	return nil
}

// CheckNames says what is wrong with a room, or with a name in it.
func CheckNames(room string, names []string) error {
	if !frame.ValidRoom(room) {
		return fmt.Errorf("room %.64q: %s", room, frame.RoomRule)
	}
	for _, name := range names {
		if !frame.ValidName(name) {
			return fmt.Errorf("name %.64q: %s", name, frame.NameRule)
		}
	}
	return nil
}

// What things take as MessagePack, in bytes, at most.
const (
	aRoom     = 2 + 5 // its name's length, and how many follow
	aName     = 2     // its length
	aCount    = 1     // below 128
	someCount = 9
)

func count(n int) int {
	if n < 128 {
		return aCount
	}
	return someCount
}
