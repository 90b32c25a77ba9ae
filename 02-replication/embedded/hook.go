package embedded

import (
	"github.com/alicebob/miniredis/v2/server"
)

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
