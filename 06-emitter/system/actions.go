package system

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// Actions are what Do can do to a server or a node.
const (
	Kill    = "kill"    // as kill -9
	Restart = "restart" // again, at the same address; what still runs is killed first
	Freeze  = "freeze"  // stops it where it is: connections stay open
	Thaw    = "thaw"
	Cut     = "cut" // a replica's link to the master
	Mend    = "mend"

	Failover = "failover" // with Sentinels: they make another server the master, though this one is well
)

// actionTimeout is how long an action may take. A replica that is restarted while the
// master is away runs after that time, but without a link.
const actionTimeout = 4 * time.Second

// ErrNobody is in the error of an action on something that does not exist.
var ErrNobody = errors.New("there is nothing of that name")

// Do does something to a server, a node or a Sentinel, by its name (replica-1, node-2) or
// its port, a server also by the number that it has in chapter 02's topology (0 is the first), and returns when it is done. Failover needs no name, or that of the Sentinel that is to begin.
func (s *System) Do(ctx context.Context, action, target string) error {
	if s.stopping.Load() {
		return errors.New("the system is stopping")
	}
	now := s.state.get()
	if action == Failover {
		return s.failOver(ctx, now, target)
	}
	if target == "master" { // with Sentinels, the one of the moment
		target = now.Master
	}
	for i, w := range now.Sentinels {
		if target == w.Name || strings.HasSuffix(w.Addr, ":"+target) {
			return s.did(livemap.Moment{Who: w.Name, Text: action, Command: s.sentinelByHand(action, w)}, func() error {
				return s.doSentinel(ctx, action, i)
			})
		}
	}
	for i, server := range now.Servers {
		if target == server.Name || target == strconv.Itoa(i) || strings.HasSuffix(server.Addr, ":"+target) {
			return s.did(livemap.Moment{Who: server.Name, Text: action, Command: s.serverByHand(action, i, server), Typed: !s.processes()}, func() error {
				return s.doServer(ctx, action, i, server)
			})
		}
	}
	for i, n := range now.Nodes {
		if target == n.Name || strings.HasSuffix(n.URL, ":"+target) {
			return s.did(livemap.Moment{Who: n.Name, Text: action, Command: signalByHand(action, n.PID)}, func() error {
				return s.doNode(ctx, action, i)
			})
		}
	}
	return fmt.Errorf("%s %s: %w: name a server (%s, %s, …) or a node (node-1, …)", action, target, ErrNobody, now.Servers[0].Name, now.Servers[1].Name)
}

// did does something, and notes the time when it began: before anybody can notice.
func (s *System) did(deed livemap.Moment, do func() error) error {
	deed.Kind, deed.At = livemap.Done, time.Now().UnixMilli()
	err := do()
	if err == nil {
		s.feed.Record(deed)
	}
	return err
}

func (s *System) doServer(ctx context.Context, action string, i int, server status.Server) error {
	if !s.ours(i, server) {
		return fmt.Errorf("%s %s: process %d was not started by this program: end it where it was started, or by kill %d", action, server.Name, server.PID, server.PID)
	}
	if s.watchers != nil && (action == Cut || action == Mend) {
		return fmt.Errorf("%s %s: where Sentinels watch, links are theirs: a replica that is cut off would be linked anew", action, server.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, actionTimeout)
	defer cancel()
	var err error
	switch action {
	case Kill:
		err = s.top.Kill(i)
	case Restart:
		_ = s.top.Kill(i) // it may be dead already, killed by somebody else: the topology does not know of that
		if err = s.top.Restart(ctx, i); err == nil {
			s.state.change(func(now *known) { now.servers[i].PID = s.serverPID(i) })
		}
	case Freeze:
		err = s.fault(i, status.Frozen, func() error { return s.top.Freeze(i) })
	case Thaw:
		err = s.fault(i, "", func() error { return s.top.Thaw(i) })
	case Cut:
		err = s.fault(i, status.CutOff, func() error { return s.top.Cut(i) })
	case Mend:
		err = s.fault(i, "", func() error { return s.top.Mend(ctx, i) })
	default:
		return fmt.Errorf("%q: want kill, restart, freeze, thaw, cut or mend", action)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, server.Name, err)
	}
	switch action { // things that the observer cannot know, or would tell later
	case Freeze:
		s.feed.Notice(server.Name, "%s is frozen: its connections stay open, and nothing comes", server.Name)
	case Thaw:
		s.feed.Notice(server.Name, "%s goes on", server.Name)
	case Cut:
		s.feed.Notice(server.Name, "%s is cut off from the master: it answers, and nothing new comes", server.Name)
	}
	return nil
}

// ours is false for a server that somebody started by hand in the place of ours.
func (s *System) ours(i int, server status.Server) bool {
	return server.PID == 0 || server.PID == s.serverPID(i)
}

// fault notes what do does to a server before the server's observer can notice, and
// takes the note back when do fails.
func (s *System) fault(i int, fault string, do func() error) error {
	set := func(fault string) (before string) {
		s.state.change(func(now *known) {
			server := &now.servers[i]
			before, server.fault = server.fault, fault
			server.judge()
		})
		return before
	}
	before := set(fault)
	err := do()
	if err != nil {
		set(before)
	}
	return err
}

func (s *System) doNode(ctx context.Context, action string, i int) error {
	n, name := s.nodes[i], nodeName(i)
	switch action {
	case Kill:
		if err := n.Kill(); err != nil {
			return err
		}
		s.ended(name)
		s.feed.Notice(name, "%s is gone: its clients go to another node. To have it back: restart %s", name, name)
		return nil
	case Restart:
		if n.PID() != 0 {
			s.endNode(n, n.Stop)
			s.ended(name)
		}
		ctx, cancel := context.WithTimeout(ctx, actionTimeout) // from here on: the end took its own time
		defer cancel()
		if err := s.startNode(ctx, i); err != nil {
			return err
		}
		s.feed.Notice(name, "%s is back, and ready", name)
		return nil
	case Freeze:
		if err := n.Freeze(); err != nil {
			return fmt.Errorf("freeze %s: %w", name, err)
		}
		s.become(name, status.Frozen, "")
		s.feed.Notice(name, "%s is frozen: its clients are connected, and hear nothing", name)
		return nil
	case Thaw:
		if err := s.thawNode(n); err != nil {
			return fmt.Errorf("thaw %s: %w", name, err)
		}
		s.feed.Notice(name, "%s goes on", name)
		return nil
	case Cut, Mend:
		return fmt.Errorf("%s %s: only a replica has a link to the master", action, name)
	}
	return fmt.Errorf("%q: want kill, restart, freeze or thaw", action)
}

// thawNode lets a node go on. Its log or the next poll says whether it delivers. The
// state changes before the thaw: later, it could overwrite what they said.
func (s *System) thawNode(n *child.Process) error {
	name := n.Name()
	before := s.state.of(name)
	if before == status.Frozen || before == status.Silent {
		s.become(name, status.NotReady, "it goes on, and has proven nothing yet")
	}
	err := n.Thaw()
	if err != nil && n.PID() != 0 {
		s.become(name, before, "")
	}
	return err
}

// Emit sends a message from outside the nodes: to a room, or to everybody when
// room is "". It returns the receipt, as a line.
func (s *System) Emit(ctx context.Context, room, text string) (string, error) {
	s.settled(ctx)
	e := s.emitter
	if room != "" {
		e = e.To(room)
	}
	receipt, err := e.Emit(ctx, "message", text)
	if err != nil {
		return "", err
	}
	return receipt.String() + s.without(), nil
}

// without names the replicas that are missing from an emitter's receipt: the master,
// which gives the receipt, does not know of them.
func (s *System) without() string {
	var missing []string
	now := s.state.get()
	for _, server := range now.Servers {
		if server.Name != now.Master && server.State != status.Up {
			missing = append(missing, server.Name+", which is "+server.State)
		}
	}
	if missing == nil {
		return ""
	}
	return "; not " + strings.Join(missing, ", nor ")
}
