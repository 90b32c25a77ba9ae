package relay

// fifo is a queue in a slice. Taking from the front alone would make append move
// to fresh memory again and again, 550 bytes a message for all queues of a node;
// so one that was emptied begins anew where it once began.
type fifo[T any] struct {
	items []T
	room  []T // empty; the memory that items begin in when there are none
}

// keepRoom is the room for items that a quiet queue keeps: a burst's memory is
// not kept for ever.
const keepRoom = 1024

func (f *fifo[T]) push(item T) {
	if len(f.items) == 0 {
		f.items = f.room
	}
	moved := len(f.items) == cap(f.items)
	f.items = append(f.items, item)
	if n := cap(f.items); moved && n > cap(f.room) && n <= keepRoom { // moved: it begins where its memory does
		f.room = f.items[:0]
	}
}

// drop forgets the first n.
func (f *fifo[T]) drop(n int) {
	clear(f.items[:n])
	if f.items = f.items[n:]; len(f.items) == 0 {
		f.items = nil // or its memory, when it is not room, would stay
	}
}
