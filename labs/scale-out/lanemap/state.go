package lanemap

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/redis-chat/labs/scale-out/lane"
)

// Key is where the master of a set keeps its State, and the channel on which a new one is published: both behind the
// beginning of all names of a system's own.
const Key = "chat:moves"

// State is what a set says of the lanes that lived there. The zero State says nothing.
type State struct {
	Revision int64 // a later one is larger
	Moves    map[lane.Lane]Move
}

// Move is where a lane has gone.
type Move struct {
	To   Place
	Soon bool // it is about to go: whoever hears it here has to hear it there, too, and to keep what comes
}

// ParseState reads a state:
//
//	rev 1764450000000
//	17 set-b 1
//	18 set-b 3 soon
//
// An empty text is the zero State.
func (m *Map) ParseState(text string) (State, error) {
	s := State{Moves: map[lane.Lane]Move{}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 2 && words[0] == "rev" {
			n, err := strconv.ParseInt(words[1], 10, 64)
			if err != nil {
				return State{}, fmt.Errorf("the state of a set: revision %q is no number", words[1])
			}
			s.Revision = n
			continue
		}
		if len(words) < 3 || len(words) > 4 || len(words) == 4 && words[3] != "soon" {
			return State{}, fmt.Errorf("the state of a set: %.64q is no move", line)
		}
		l, to, err := m.entry(words[0], words[1], words[2])
		if err != nil {
			return State{}, fmt.Errorf("the state of a set: %w", err)
		}
		s.Moves[l] = Move{To: to, Soon: len(words) == 4}
	}
	return s, nil
}

// FormatState is a state as ParseState reads it.
func (m *Map) FormatState(s State) string {
	var b strings.Builder
	fmt.Fprintln(&b, "rev", s.Revision)
	for _, l := range slices.Sorted(maps.Keys(s.Moves)) {
		move := s.Moves[l]
		fmt.Fprint(&b, int(l), " ", m.Sets[move.To.Set].Name, " ", move.To.Move)
		if move.Soon {
			b.WriteString(" soon")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
