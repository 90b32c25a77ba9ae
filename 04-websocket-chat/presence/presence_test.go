package presence

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// list is who is in which room: room, name, connections.
type list map[string]map[string]int

func (l list) change(room, name string, by int) {
	if l[room] == nil {
		l[room] = map[string]int{}
	}
	if l[room][name] += by; l[room][name] <= 0 {
		delete(l[room], name)
	}
	if len(l[room]) == 0 {
		delete(l, room)
	}
}

// take takes in a part as a node does that knows this list.
func (l list) take(p Part) {
	for room, names := range l {
		for name := range names {
			if p.Covers(room, name) && p.Rooms[room][name] == 0 {
				l.change(room, name, -names[name])
			}
		}
	}
	for room, names := range p.Rooms {
		for name, n := range names {
			l.change(room, name, n-l[room][name])
		}
	}
}

// rooms are those of the walk that somebody is in, at most so many, and the next.
func (l list) rooms(names []string, most int) (rooms []Room, next string) {
	for _, name := range names {
		if len(rooms) == most {
			return rooms, name
		}
		if in := l[name]; in != nil {
			r := Room{Name: name}
			for who, n := range in {
				r.Names = append(r.Names, slices.Repeat([]string{who}, n)...)
			}
			rooms = append(rooms, r)
		}
	}
	return rooms, ""
}

func (l list) begin() *Walk {
	w := new(Walk)
	var names []string
	for name := range l {
		names = append(names, name)
	}
	w.Begin(names)
	return w
}

// People come and go while the list is told; another node hears changes and parts in
// their order, loses some parts, and knows at the end of the next list what is true. What
// it knows is never wrong where a part has come: nobody vanishes who is there.
func TestPartsAndChangesTellTheTruth(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		here, there := list{}, list{}
		change := func(told bool) {
			room, name := fmt.Sprint("r", rnd.IntN(20)), fmt.Sprint("n", rnd.IntN(30))
			by := 1 + rnd.IntN(3)
			if here[room][name] > 0 && rnd.IntN(2) == 0 {
				by = -1
			}
			if seed%2 == 0 && rnd.IntN(4) == 0 { // a whole room goes
				for name, n := range here[room] {
					here.change(room, name, -n)
					there.change(room, name, -n)
				}
				return
			}
			here.change(room, name, by)
			if told {
				there.change(room, name, by)
			}
		}
		for range rnd.IntN(300) {
			change(false)
		}
		for round := range 3 {
			w := here.begin()
			occupied := map[string]bool{}
			for room := range here {
				occupied[room] = true
			}
			for done := false; !done; {
				for range rnd.IntN(3) {
					change(true)
					for room := range here {
						if !occupied[room] {
							w.Add(room)
						}
					}
					clear(occupied)
					for room := range here {
						occupied[room] = true
					}
				}
				var p Part
				rooms, next := here.rooms(w.Upcoming(), 1+rnd.IntN(9))
				p, done = w.Cut(rooms, next, 40+rnd.IntN(100))
				if round < 2 && rnd.IntN(3) == 0 {
					continue // it gets lost
				}
				there.take(p)
				for room, names := range here {
					for name, n := range names {
						if p.Covers(room, name) {
							require.Equal(t, n, there[room][name], "seed %d: %s in %s", seed, name, room)
						}
					}
				}
			}
		}
		require.Equal(t, here, there, "seed %d", seed)
	}
}

// A room that is larger than a part is cut by name; one name with many connections is
// one entry.
func TestLargeRoomIsCutByName(t *testing.T) {
	here := list{"lobby": {"bob": 100_000}, "zoo": {"ann": 1}}
	for i := range 1000 {
		here["lobby"][fmt.Sprintf("%032d", i)] = 1
	}
	there := list{"lobby": {"gone": 2}, "before": {"gone": 1}, "zoo": {"gone": 1}}
	w := here.begin()
	parts := 0
	for done := false; !done; parts++ {
		var p Part
		rooms, next := here.rooms(w.Upcoming(), 2)
		p, done = w.Cut(rooms, next, 4<<10)
		require.LessOrEqual(t, len(p.Rooms["lobby"]), 120)
		require.NoError(t, p.Check())
		there.take(p)
	}
	require.Equal(t, here, there)
	require.InDelta(t, 1000*35/(4<<10), parts, 2)
}

func TestPartThatIsRefused(t *testing.T) {
	for name, p := range map[string]Part{
		"a name too long":        {Rooms: list{"lobby": {strings.Repeat("n", 33): 1}}},
		"a room too long":        {Rooms: list{strings.Repeat("r", 65): {"alice": 1}}},
		"nobody of that name":    {Rooms: list{"lobby": {"alice": 0}}},
		"fewer than nobody":      {Rooms: list{"lobby": {"alice": -1}}},
		"before its piece":       {After: [2]string{"lobby", "alice"}, Rooms: list{"lobby": {"alice": 1}}},
		"behind its piece":       {To: [2]string{"lobby", "alice"}, Rooms: list{"lobby": {"bob": 1}}},
		"a room behind its own":  {To: [2]string{"lobby", ""}, Rooms: list{"lobby": {"alice": 1}}},
		"an empty room behind":   {To: [2]string{"lobby", ""}, Rooms: list{"": {"alice": 1}}},
		"a piece without length": {After: [2]string{"b", ""}, To: [2]string{"a", ""}, Rooms: list{"aa": {"alice": 1}}},
	} {
		require.Error(t, p.Check(), name)
		require.Less(t, len(p.Check().Error()), 500, name)
	}
	require.NoError(t, Part{To: [2]string{"lobby", "alice"}, Rooms: list{"lobby": {"alice": 1}, "go": {"zoe": 2}}}.Check())
}

func TestListOfNamesIsAPart(t *testing.T) {
	rooms := map[string][]string{"lobby": {"alice", "bob", "bob"}, "tea": {"zoe"}}
	whole := Whole(rooms)
	require.True(t, whole.IsWhole())
	require.Equal(t, map[string]map[string]int{"lobby": {"alice": 1, "bob": 2}, "tea": {"zoe": 1}}, whole.Rooms)
	again, ok := whole.Spell(Size(rooms))
	require.True(t, ok)
	slices.Sort(again["lobby"])
	require.Equal(t, rooms, again)
	_, ok = whole.Spell(Size(rooms) - 1)
	require.False(t, ok)
}

func TestPiecesOfChangesAreSmallAndComplete(t *testing.T) {
	rooms := map[string][]string{}
	for i := range 50 {
		for j := range 1 + i*i%70 {
			rooms[fmt.Sprint("room", i)] = append(rooms[fmt.Sprint("room", i)], fmt.Sprint("name", j))
		}
	}
	for _, bytes := range []int{1, 100, 1000, 1 << 20} {
		got := map[string][]string{}
		for _, piece := range Split(rooms, bytes) {
			if bytes > 1 {
				require.LessOrEqual(t, Size(piece), bytes)
			}
			for room, names := range piece {
				require.NotEmpty(t, names)
				got[room] = append(got[room], names...)
			}
		}
		require.Equal(t, rooms, got, "%d bytes", bytes)
	}
	require.Empty(t, Split(nil, 100))
}
