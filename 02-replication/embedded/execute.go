package embedded

import (
	"slices"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

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

// changed gives the commands by which a replica gets the same data as the master has after command: none after an error.
// It looks at the members of the set before and after SPOP, because a replica would draw others.
func changed(command []string, queued [][]string, reply string, before, after []string) [][]string {
	switch {
	case strings.HasPrefix(reply, "-"), strings.HasPrefix(reply, "*-1"): // refused; EXEC after a WATCHed key has changed
		return nil
	case command[0] == "EXEC":
		if len(queued) == 0 {
			return nil
		}
		return slices.Concat([][]string{{"MULTI"}}, queued, [][]string{{"EXEC"}})
	case command[0] == "SPOP":
		gone := slices.DeleteFunc(before, func(m string) bool { return slices.Contains(after, m) })
		if len(gone) == 0 {
			return nil
		}
		return [][]string{append([]string{"SREM", command[1]}, gone...)}
	}
	return [][]string{command}
}
