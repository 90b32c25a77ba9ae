package embedded

import (
	"bufio"
	"io"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// transaction is what a connection has queued since MULTI, of the changes.
type transaction struct {
	open    bool
	changes [][]string
}

// hook sees each command before miniredis does, in the goroutine of its connection, and answers it itself when it returns true.
func (n *node) hook(p *server.Peer, cmd string, args ...string) (answered bool) {
	ours, alive := n.admit(p)
	if ours || !alive {
		return !ours
	}
	tx := n.t.transaction(p)
	if text := n.refusal(cmd, args, tx.open); text != "" {
		n.spoil(p, tx)
		p.WriteError(text)
		return true
	}
	switch {
	case cmd == "ROLE", cmd == "WAIT", isInfo(cmd, args):
		n.answer(p, cmd, args)
		return true
	case cmd == "MULTI" && len(args) == 0 && !tx.open:
		n.t.begin(p)
	case cmd == "DISCARD" && len(args) == 0:
		tx.open, tx.changes = false, nil
	case cmd == "EXEC" && len(args) == 0 && n.index == 0:
		n.t.execute(p, []string{cmd}, tx.changes)
		tx.open, tx.changes = false, nil
		return true
	case cmd == "EXEC" && len(args) == 0:
		tx.open, tx.changes = false, nil
		n.tick()
	case tx.open && !n.redis.IsRegisteredCommand(cmd):
		n.spoil(p, tx) // miniredis would execute the others
	case tx.open && replicated[cmd]:
		tx.changes = append(tx.changes, append([]string{cmd}, args...))
	case tx.open:
	case n.index == 0 && replicated[cmd]:
		n.t.execute(p, append([]string{cmd}, args...), nil)
		return true
	default:
		n.tick()
	}
	return false
}

// admit waits while the server is frozen or loads. ours: a command that we execute ourselves, which must not wait.
func (n *node) admit(p *server.Peer) (ours, alive bool) {
	n.t.mu.Lock()
	defer n.t.mu.Unlock()
	if p == n.runner {
		return true, true
	}
	for n.state == starting || n.state == frozen || n.state == running && n.loading {
		n.t.changed.Wait()
	}
	return false, n.state == running
}

// execute runs a change on the master and writes it into the log, as one step: the log's order is the order of execution.
// A hook that only forwarded would run before its command, unlocked: two connections could be logged in one order and
// executed in the other, and the replicas would never again be equal to the master.
func (t *Topology) execute(p *server.Peer, command []string, queued [][]string) {
	master := t.nodes[0]
	t.exec.Lock()
	t.mu.Lock()
	t.executing = true
	at := time.Now()
	t.mu.Unlock()

	master.advance(at)
	var before, after []string
	if command[0] == "SPOP" && len(command) > 1 {
		before, _ = master.data.Members(command[1])
	}
	reply := master.run(p, command)
	if before != nil {
		after, _ = master.data.Members(command[1])
	}

	t.mu.Lock()
	t.executing = false
	if effect := changed(command, queued, reply, before, after); effect != nil {
		t.log.add(at, effect)
		t.log.trim(t.needed())
	}
	t.changed.Broadcast()
	t.mu.Unlock()
	t.exec.Unlock()
	p.WriteRaw(reply) // outside: a client that does not read its reply must not hold up the others
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

// spoil makes the EXEC of an open transaction fail, as it does in Redis after a command that could not be queued: miniredis
// does so by itself only for its own errors, of which GET without a key is one.
func (n *node) spoil(p *server.Peer, tx *transaction) {
	if tx.open {
		scratch := server.NewPeer(bufio.NewWriter(io.Discard))
		scratch.Ctx = p.Ctx
		n.redis.Dispatch(scratch, []string{"GET"})
	}
}

// transaction gives the connection's own; only its goroutine uses it.
func (t *Topology) transaction(p *server.Peer) *transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tx := t.transactions[p]; tx != nil {
		return tx
	}
	return &transaction{}
}

func (t *Topology) begin(p *server.Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tx := t.transactions[p]
	if tx == nil {
		tx = &transaction{}
		t.transactions[p] = tx
		p.OnDisconnect(func() {
			t.mu.Lock()
			delete(t.transactions, p)
			t.mu.Unlock()
		})
	}
	tx.open = true
}

// needed is the number of the first entry that a linked replica has still to apply. Called with mu held.
func (t *Topology) needed() int {
	needed := t.log.next()
	for _, r := range t.nodes[1:] {
		if r.linked() && r.next >= t.log.first {
			needed = min(needed, r.next)
		}
	}
	return needed
}
