package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// proven waits until a replica has applied all that is logged now, or, when the master is restarted meanwhile, then.
func (t *Topology) proven(ctx context.Context, n *node) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 15*time.Second, errors.New("not within 15s"))
	defer cancel()
	t.mu.Lock()
	defer t.mu.Unlock()
	defer context.AfterFunc(ctx, t.wake)()
	run, target := t.log.run, t.log.end
	for {
		if run != t.log.run {
			run, target = t.log.run, t.log.end
		}
		switch {
		case n.linked() && n.synced && n.offset >= target:
			return nil
		case n.state == dead:
			return fmt.Errorf("link replica %s to its master: it is not running any more", n.server.Addr())
		case ctx.Err() != nil:
			return fmt.Errorf("link replica %s to its master %s: %w", n.server.Addr(), t.nodes[0].server.Addr(), context.Cause(ctx))
		}
		t.changed.Wait()
	}
}

// wake lets all that wait look again. It takes mu, as else a timer could ring between the look and the wait, unheard.
func (t *Topology) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed.Broadcast()
}
