package presence

// Spell returns a part's rooms with a name for each connection. ok is false when that takes
// more bytes as MessagePack.
func (p Part) Spell(bytes int) (rooms map[string][]string, ok bool) {
	for room, names := range p.Rooms {
		bytes -= aRoom + len(room)
		for name, n := range names {
			bytes -= n * (aName + len(name))
		}
	}
	if bytes < 0 {
		return nil, false
	}
	rooms = make(map[string][]string, len(p.Rooms))
	for room, names := range p.Rooms {
		for name, n := range names {
			for range n {
				rooms[room] = append(rooms[room], name)
			}
		}
	}
	return rooms, true
}

// Size is how many bytes rooms with names take as MessagePack, at most.
func Size(rooms map[string][]string) (bytes int) {
	for room, names := range rooms {
		bytes += aRoom + len(room)
		for _, name := range names {
			bytes += SizeOf(name)
		}
	}
	return bytes
}

// SizeOf is how many bytes a name takes, at most.
func SizeOf(name string) int { return aName + len(name) }

// Split cuts rooms with names into pieces of so many bytes as MessagePack at most; a room may
// be in several of them.
func Split(rooms map[string][]string, bytes int) (pieces []map[string][]string) {
	var piece map[string][]string
	used := 0
	for room, names := range rooms {
		for begin := 0; begin < len(names); {
			if piece == nil || used+aRoom+len(room)+SizeOf(names[begin]) > bytes {
				piece, used = map[string][]string{}, 0
				pieces = append(pieces, piece)
			}
			used += aRoom + len(room)
			end := begin
			for ; end < len(names) && (end == begin || used+SizeOf(names[end]) <= bytes); end++ {
				used += SizeOf(names[end])
			}
			piece[room] = names[begin:end:end]
			begin = end
		}
	}
	return pieces
}
