package presence

import "slices"

// Walk goes through a node's list, part by part, while clients come and go. A room in
// it may have emptied when its turn comes; one that was empty at the beginning is
// added. So each part is true at the moment when it is cut: what changes later is told
// later, as a change.
type Walk struct {
	after [2]string // where the next part begins
	rooms []string  // sorted, from after's on
	added []string
}

// Room is a room as it is at the moment.
type Room struct {
	Name  string
	Names []string // one for each connection, in any order; Cut sorts it
}

// Begin gives the walk the rooms that are there; it sorts them.
func (w *Walk) Begin(rooms []string) {
	slices.Sort(rooms)
	w.rooms = rooms
}

// Add adds a room whose first client has come since the walk was made. Whoever calls it and
// Upcoming does both under one lock; the other methods need none.
func (w *Walk) Add(room string) { w.added = append(w.added, room) }

// Upcoming returns the rooms that are still to come, sorted. They stay the walk's.
func (w *Walk) Upcoming() []string {
	if len(w.added) > 0 {
		slices.Sort(w.added)
		w.rooms = merge(w.rooms, w.added)
		w.added = nil
	}
	i, _ := slices.BinarySearch(w.rooms, w.after[0])
	w.rooms = w.rooms[i:]
	return w.rooms
}

func merge(a, b []string) []string {
	all := make([]string, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		from := &a
		if b[0] < a[0] {
			from = &b
		}
		all, *from = append(all, (*from)[0]), (*from)[1:]
	}
	return slices.Compact(append(append(all, a...), b...))
}

// Cut makes the next part, of so many bytes as MessagePack at most. rooms are the first
// of those to come that have clients; next is the one that follows them, "" when there
// is none. done says that the walk has come to the end of the list.
func (w *Walk) Cut(rooms []Room, next string, bytes int) (part Part, done bool) {
	part = Part{After: w.after, Rooms: map[string]map[string]int{}}
	if next != "" {
		part.To = [2]string{next, ""}
	}
	last := w.after
	used := 0
cutting:
	for _, r := range rooms {
		slices.Sort(r.Names)
		for i, n := 0, 0; i < len(r.Names); i += n {
			name := r.Names[i]
			for n = 1; i+n < len(r.Names) && r.Names[i+n] == name; n++ {
			}
			at := [2]string{r.Name, name}
			if !before(w.after, at) {
				continue // it was in the last part
			}
			in := part.Rooms[r.Name]
			more := aName + len(name) + count(n)
			if in == nil {
				more += aRoom + len(r.Name)
			}
			if used > 0 && used+more > bytes {
				part.To = last
				break cutting
			}
			if in == nil {
				in = map[string]int{}
				part.Rooms[r.Name] = in
			}
			in[name] = n
			used += more
			last = at
		}
	}
	w.after = part.To
	return part, part.To == [2]string{}
}
