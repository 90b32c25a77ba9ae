package lanemap

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/redis-chat/labs/scale-out/lane"
)

// Set is a master with its replicas.
type Set struct {
	Name     string
	Master   string   // host:port
	Replicas []string // host:port
}

// At is the server of a node's own: its nth replica, from 1, or the master with 0.
func (s *Set) At(nth int) (addr string, err error) {
	switch {
	case nth == 0:
		return s.Master, nil
	case nth < 0 || nth > len(s.Replicas):
		return "", fmt.Errorf("set %s has %d replicas, and no replica %d: name another, or write it into the map", s.Name, len(s.Replicas), nth)
	}
	return s.Replicas[nth-1], nil
}

// Check says what is wrong with the nth replica as a node's own.
func (m *Map) Check(nth int) error {
	for i := range m.Sets {
		if _, err := m.Sets[i].At(nth); err != nil {
			return err
		}
	}
	return nil
}

// Place is where a lane lives, since its so-manyth move: 0, it was never moved.
type Place struct {
	Set  int // of Map.Sets
	Move uint64
}

// Map is the sets, in an order that must not change, and where each lane lives.
type Map struct {
	Sets  []Set
	moved map[lane.Lane]Place
}

// Of is where a lane lives. What is for everybody is on the first set, and stays there.
func (m *Map) Of(l lane.Lane) Place {
	if l == lane.Everybody {
		return Place{}
	}
	if p, ok := m.moved[l]; ok {
		return p
	}
	return Place{Set: int(l) % len(m.Sets)}
}

// Move notes that a lane lives elsewhere, unless a later move is known.
func (m *Map) Move(l lane.Lane, to Place) {
	if l < lane.Everybody && to.Move > m.Of(l).Move {
		if m.moved == nil {
			m.moved = map[lane.Lane]Place{}
		}
		m.moved[l] = to
	}
}

// Named is the set of that name, as an index of Sets.
func (m *Map) Named(name string) (set int, err error) {
	for i := range m.Sets {
		if m.Sets[i].Name == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no set is named %q in the map", name)
}

// Parse reads a map:
//
//	set NAME MASTER [REPLICA]…    host:port each; one line for each set
//	lane LANE NAME MOVE           a lane that was moved there, by its so-manyth move
//
// Empty lines, and those that begin with #, say nothing.
func Parse(text io.Reader) (*Map, error) {
	m := &Map{}
	lines := bufio.NewScanner(text)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := m.line(words); err != nil {
			return nil, fmt.Errorf("line %d of the map: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(m.Sets) == 0 {
		return nil, errors.New("the map has no set: write one as in: set set-a 127.0.0.1:6379 127.0.0.1:6380")
	}
	return m, nil
}

func (m *Map) line(words []string) error {
	switch {
	case words[0] == "set" && len(words) >= 3:
		if _, err := m.Named(words[1]); err == nil {
			return fmt.Errorf("the set %s is there twice", words[1])
		}
		m.Sets = append(m.Sets, Set{Name: words[1], Master: words[2], Replicas: words[3:]})
		return nil
	case words[0] == "lane" && len(words) == 4:
		l, move, err := m.entry(words[1], words[2], words[3])
		if err == nil {
			m.Move(l, move)
		}
		return err
	}
	return errors.New("want: set NAME MASTER [REPLICA]…, or lane LANE NAME MOVE")
}

// entry reads where a lane has moved to.
func (m *Map) entry(number, name, nth string) (l lane.Lane, to Place, err error) {
	if l, err = ParseLane(number); err != nil {
		return l, to, err
	}
	if to.Set, err = m.Named(name); err != nil {
		return l, to, err
	}
	if to.Move, err = strconv.ParseUint(nth, 10, 63); err != nil || to.Move == 0 {
		err = fmt.Errorf("move %q is no number from 1", nth)
	}
	return l, to, err
}

// ParseLane reads the number of a lane that can move.
func ParseLane(text string) (lane.Lane, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n >= lane.Count {
		return 0, fmt.Errorf("lane %q: want 0 to %d (%d is for everybody, and stays on the first set)", text, lane.Count-1, lane.Everybody)
	}
	return lane.Lane(n), nil
}

// String is the map as Parse reads it.
func (m *Map) String() string {
	var b strings.Builder
	for _, s := range m.Sets {
		fmt.Fprintln(&b, strings.Join(append([]string{"set", s.Name, s.Master}, s.Replicas...), " "))
	}
	for l := range lane.Everybody {
		if p, ok := m.moved[l]; ok {
			fmt.Fprintln(&b, "lane", int(l), m.Sets[p.Set].Name, p.Move)
		}
	}
	return b.String()
}

// Read reads a map from its file.
func Read(file string) (*Map, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the map: %w", err)
	}
	defer f.Close()
	m, err := Parse(f)
	if err != nil {
		return nil, fmt.Errorf("read the map %s: %w", file, err)
	}
	return m, nil
}

// Write puts a map into its file, whole: whoever reads it gets the one before, or this one.
func (m *Map) Write(file string) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+"-")
	if err != nil {
		return fmt.Errorf("write the map: %w", err)
	}
	_, err = f.WriteString(m.String())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the map %s: %w", file, err)
	}
	return nil
}
