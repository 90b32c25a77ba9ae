package streams

import (
	"context"
	"sync"
)

// progress is how far the node has delivered. A client that comes from a node which was ahead has to
// wait, or it would get some messages twice.
type progress struct {
	mu      sync.Mutex
	at      place         // all up to here has been delivered
	out     place         // and up to here it is being delivered
	begun   bool          // it is known where the node begins
	changed chan struct{} // closed at the next change; nil: nobody waits
}

func newProgress() *progress { return &progress{} }

// begin notes where the node begins.
func (p *progress) begin(at place) { p.set(at) }

// handed notes what is being delivered.
func (p *progress) handed(last place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = last
}

// confirm notes that what was handed out is delivered.
func (p *progress) confirm() {
	p.mu.Lock()
	out := p.out
	p.out = place{}
	p.mu.Unlock()
	if out != (place{}) {
		p.set(out)
	}
}

func (p *progress) set(at place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.begun = at, true
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// await waits until the node has delivered all up to id, and returns where it is.
func (p *progress) await(ctx context.Context, id ID) (place, error) {
	for {
		p.mu.Lock()
		at, begun := p.at, p.begun
		if begun && at.id.Compare(id) >= 0 {
			p.mu.Unlock()
			return at, nil
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return at, ctx.Err()
		}
	}
}
