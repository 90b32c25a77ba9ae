package system

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/06-emitter/system/status"
)

// record is a line of a node's log.
type record struct {
	Level  slog.Level      `json:"level"`
	Msg    string          `json:"msg"`
	Client status.Client   `json:"client"`
	Why    string          `json:"why"`
	At     string          `json:"at"`     // host:port
	Missed string          `json:"missed"` // a number, or relay.LogMissedNotKnown
	Step   json.RawMessage `json:"step"`
}

// maxShown is how many clients of a node the map shows by name.
const maxShown = 50

// logged reads a line of a node's log, and reports whether it is about the node and not
// about a message. It runs on the goroutine that reads the log, and must not block: the
// node would then block at its next line.
func (s *System) logged(node string, line []byte) (keep bool) {
	var r record
	if json.Unmarshal(line, &r) != nil {
		if s.o.Logs != nil { // no line of the log: a panic, or a last sentence; see died
			s.feed.Print(node + "  " + harmless.Text(string(line)))
		}
		return true
	}
	if r.Msg == stepMessage { // for the map alone
		s.stepped(node, r.Step)
		return false
	}
	if s.o.Logs != nil && r.Level >= *s.o.Logs {
		s.feed.Print(readable(node, line))
	}
	switch r.Msg {
	case chat.LogConnected:
		s.arrived(node, r.Client)
	case chat.LogDisconnected:
		s.departed(node, r.Client)
	case relay.LogSubscribed:
		s.listens(node, r.At)
	case relay.LogNotReady:
		if !s.doubted(node, true, status.NotReady, r.Why) {
			s.feed.Notice(node, "%s is not ready: %s", node, r.Why)
		}
	case relay.LogReady:
		switch doubted := s.doubted(node, false, status.Up, ""); {
		case !doubted: // a run's first proof: whoever started it tells
		case r.Missed == relay.LogMissedNotKnown:
			s.feed.Notice(node, "%s is ready again; how many messages it missed cannot be known", node)
		default: // there may be more: the last messages of a publisher leave no gap
			s.feed.Notice(node, "%s is ready again: %s counted", node, plural(r.Missed, "missed message"))
		}
	case relay.LogCorrected:
		s.feed.Notice(node, "%s missed more than that: %s counted", node, plural(r.Missed, "missed message"))
	}
	return true
}

func (s *System) arrived(node string, c status.Client) {
	if isProof(c.Room) || s.stopping.Load() {
		return
	}
	s.state.change(func(now *known) {
		at := now.node(node)
		if at.Connections++; len(at.Clients) < maxShown {
			at.Clients = append(at.Clients, c)
		}
	})
	s.feed.SayLimited("%s connected to %s, room %s", c.Name, node, c.Room)
}

func (s *System) departed(node string, c status.Client) {
	if isProof(c.Room) || s.stopping.Load() {
		return
	}
	s.state.change(func(now *known) {
		at := now.node(node)
		at.Connections = max(0, at.Connections-1)
		at.Clients = slices.DeleteFunc(at.Clients, func(other status.Client) bool { return other.ID == c.ID })
	})
	s.feed.SayLimited("%s left %s", c.Name, node)
}

// listens notes at which server a node has subscribed. Without Sentinels that is the same one each time.
func (s *System) listens(node, addr string) {
	at := s.serverAt(addr)
	if at == "" {
		return
	}
	var before string
	s.state.change(func(now *known) {
		n := now.node(node)
		before, n.Replica = n.Replica, at
	})
	if before != at {
		s.feed.Notice(node, "%s listens at %s now", node, at)
	}
}

// doubted notes what a node's log says of its delivery, and returns whether it had been
// in doubt. The state does not tell that: meanwhile it may have become Frozen or
// Silent, or the poll may have changed it.
func (s *System) doubted(name string, now bool, state, why string) (before bool) {
	s.state.change(func(all *known) {
		n := all.node(name)
		before = n.doubt
		n.doubt, n.State, n.Why = now, state, why
	})
	return before
}

// become sets a node's state, and returns the one before.
func (s *System) become(name, state, why string) (before string) {
	s.state.change(func(now *known) {
		n := now.node(name)
		before = n.State
		n.State, n.Why = state, why
	})
	return before
}

// readable is a line of a node's log for a terminal: the node's name, the level,
// the message, and the other fields as JSON.
func readable(name string, line []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(line, &fields) != nil {
		return name + "  " + harmless.Text(string(line))
	}
	var at, level, msg string
	_ = json.Unmarshal(fields["time"], &at) // a missing time stays zero
	_ = json.Unmarshal(fields["level"], &level)
	_ = json.Unmarshal(fields["msg"], &msg)
	var rest []string
	for key, value := range fields {
		if key != "time" && key != "level" && key != "msg" {
			rest = append(rest, key+"="+string(value))
		}
	}
	slices.Sort(rest)
	if len(at) > 23 {
		at = at[11:23]
	}
	return harmless.Text(fmt.Sprintf("%s  %s %-5s %s %s", at, name, level, msg, strings.Join(rest, " ")))
}
