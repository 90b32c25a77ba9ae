package embedded

import "time"

// advance sets the clock by which the server's keys expire. It never goes back.
func (n *node) advance(now time.Time) {
	n.clock.Lock()
	defer n.clock.Unlock()
	if now.After(n.clock.now) {
		n.clock.now = now
		n.data.SetTime(now)
	}
}

// tick moves the clock before a read. Keys expire by it, and a key must expire at the same place of the log everywhere: INCR
// on a key that is just running out gives 1 here and 8 there, for ever. So the master's clock stands still while it
// executes a change, and a replica's runs only while it has nothing to apply.
func (n *node) tick() {
	if n.index == 0 {
		n.t.exec.Lock()
		defer n.t.exec.Unlock()
		n.advance(time.Now())
		return
	}
	n.t.mu.Lock()
	current := n.synced && n.next == n.t.log.next() && !n.t.executing
	now := time.Now()
	n.t.mu.Unlock()
	if current {
		n.advance(now)
	}
}
