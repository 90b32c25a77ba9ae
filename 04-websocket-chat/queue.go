package chat

import (
	"bytes"
	"sync"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// queue is what waits to be written to one connection: chunks, each a run of
// whole frames that other queues may share, counted in bytes.
type queue struct {
	mu      sync.Mutex
	begun   []byte // the rest of a batch that the socket has taken a part of: nothing may come before it
	chunks  [][]byte
	bytes   int  // waiting, and in the writer's hands
	limit   int  // bytes; past it the client is too slow
	writing bool // a writer runs, and will see what is put
	closed  bool // nothing more is put; the last chunk is a close frame
	lingers bool // the reader reads and drops what still comes, for a time of its own
	ended   bool // the reader is through: the writer that ends closes the socket
}

// put adds a chunk and reports whether the caller must start the writer. A
// chunk that would pass the limit closes the queue, once: all that waits is
// dropped but a close frame, so that the client learns why.
func (q *queue) put(chunk []byte) (start, overrun bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, false
	}
	if overrun = q.bytes+len(chunk) > q.limit; overrun {
		q.drop()
		q.shut(frame.CloseTooSlow)
	} else {
		q.chunks = append(q.chunks, chunk)
		q.bytes += len(chunk)
	}
	start, q.writing = !q.writing, true
	return start, overrun
}

// close lets what waits go first, then a close frame, and reports whether the
// caller must start the writer.
func (q *queue) close(reason frame.CloseReason) (start bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.shut(reason)
	start, q.writing = !q.writing, true
	return start
}

// expel lets nothing but a close frame go, and reports whether the caller must start the writer, and whether the queue was open.
func (q *queue) expel(reason frame.CloseReason) (start, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, false
	}
	q.drop()
	q.shut(reason)
	start, q.writing = !q.writing, true
	return start, true
}

// drop forgets the chunks that wait. Those in the writer's hands still count. A frame
// that has been begun must be ended: a close frame in the middle of it would be none.
func (q *queue) drop() {
	for _, chunk := range q.chunks {
		q.bytes -= len(chunk)
	}
	q.chunks = nil
}

func (q *queue) shut(reason frame.CloseReason) {
	frame := reason.Frame()
	q.closed = true
	q.chunks = append(q.chunks, frame)
	q.bytes += len(frame)
}

// cutShort drops what waits: nothing may follow what was written past the queue.
func (q *queue) cutShort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.begun, q.chunks = true, nil, nil
}

// end is called by the reader when it ends, and by a writer that failed. All that
// waits is dropped, except a close frame. It reports whether the caller must close
// the socket itself: no writer is left that would.
func (q *queue) end() (alone bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed, q.begun, q.chunks = true, nil, nil
	}
	q.ended = true
	return !q.writing
}

// nextBatch moves waiting chunks into buf, at most as many bytes as given but at
// least one chunk. If there is none, the writer ends. last says that no more will
// follow. The bytes count until done is told: a slow client's limit covers those
// that are being written, too.
func (q *queue) nextBatch(buf [][]byte, most int) (taken [][]byte, bytes int, last bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.begun != nil {
		buf, bytes, q.begun = append(buf, q.begun), len(q.begun), nil
	}
	n := 0
	for n < len(q.chunks) && (len(buf) == 0 || bytes+len(q.chunks[n]) <= most) {
		bytes += len(q.chunks[n])
		buf = append(buf, q.chunks[n])
		n++
	}
	rest := copy(q.chunks, q.chunks[n:])
	clear(q.chunks[rest:])
	if q.chunks = q.chunks[:rest]; rest == 0 && cap(q.chunks) > keepChunks {
		q.chunks = nil // a burst's memory is not kept by an idle connection
	}
	if len(buf) == 0 {
		q.writing = false
	}
	return buf, bytes, q.closed && rest == 0
}

// putBack takes back the rest of the last batch, which could not be written; written
// is how many bytes of the batch could.
func (q *queue) putBack(rest []byte, written int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.begun = bytes.Clone(rest) // the joined chunks' memory is the batch's
	q.bytes -= written
}

// waiting is how many bytes have been put and not yet been written.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

func (q *queue) hasEnded() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.ended
}

func (q *queue) done(bytes int) {
	q.mu.Lock()
	q.bytes -= bytes
	q.mu.Unlock()
}

// keepChunks is the room for chunks that an idle connection keeps: 4 slice
// headers, 96 bytes.
const keepChunks = 4
