package streams

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// archive is a server, for those who read what they have missed: the one at which the node itself reads. When that moves, the
// last one who reads here closes it.
type archive struct {
	*redis.Client
	users int // guarded by the progress
}

const archiveReaders = 4 // so many read at once what they missed; the others wait

// arrive notes that the reader has come to a server.
func (p *progress) arrive(o redis.Options) {
	p.change(func() {
		p.since = time.Now()
		if p.archive != nil && p.archive.Options().Addr == o.Addr {
			return
		}
		// Thousands may come back at once: the context of each says how long it waits.
		o.PoolSize, o.PoolTimeout, o.ClientName = archiveReaders, time.Hour, "chat-history"
		p.leave()
		p.archive = &archive{Client: redis.NewClient(&o)}
	})
}

// leave forgets the server. p is locked.
func (p *progress) leave() {
	if left := p.archive; left != nil {
		if p.archive = nil; left.users == 0 {
			_ = left.Close()
		}
	}
}

// giveBack ends the use of a server, and reports whether the node has left it meanwhile.
func (p *progress) giveBack(a *archive) (left bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.users--
	if left = a != p.archive; left && a.users == 0 {
		_ = a.Close()
	}
	return left
}

// close ends it for good.
func (p *progress) close() { p.change(p.leave) }
