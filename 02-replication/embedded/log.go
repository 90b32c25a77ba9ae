package embedded

import (
	"strconv"
	"time"
)

// entry is one change of the master, as its replicas repeat it.
type entry struct {
	at       time.Time  // the master's clock when it happened: a replica repeats it at the same time
	commands [][]string // one command, or MULTI … EXEC
	end      int64      // offset of the stream behind it, in bytes
	run      int        // of the backlog that it is of
}

// backlog is the end of the replication stream: the entries that replicas may still need.
type backlog struct {
	run     int // number of the master's start that it is of
	entries []entry
	first   int   // number of entries[0], counted since the master's start
	start   int64 // offset of entries[0]
	end     int64 // offset of what comes next
	limit   int64 // bytes that are kept for replicas that come back
}

// next is the number of the entry that will be added next.
func (b *backlog) next() int { return b.first + len(b.entries) }

func (b *backlog) add(at time.Time, commands [][]string) {
	for _, c := range commands {
		b.end += size(c)
	}
	b.entries = append(b.entries, entry{at: at, commands: commands, end: b.end, run: b.run})
}

// trim forgets the oldest entries: those beyond the limit that no linked replica is still to apply (needed and on), and
// those beyond replicaLimit whether needed or not.
func (b *backlog) trim(needed int) {
	n := 0
	for n < len(b.entries) {
		behind := b.end - b.start
		if behind <= b.limit || b.first+n >= needed && behind <= replicaLimit {
			break
		}
		b.start = b.entries[n].end
		n++
	}
	clear(b.entries[:n]) // the array lives on behind the slice: do not keep the entries alive
	b.entries = b.entries[n:]
	b.first += n
}

// size is the length of a command on the wire: *2\r\n$4\r\nINCR\r\n$1\r\nn\r\n.
func size(command []string) int64 {
	n := len("*\r\n") + digits(len(command))
	for _, arg := range command {
		n += len("$\r\n\r\n") + digits(len(arg)) + len(arg)
	}
	return int64(n)
}

func digits(n int) int { return len(strconv.Itoa(n)) }
