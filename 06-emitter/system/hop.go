package system

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Hop is a message that was seen at a server.
type Hop struct {
	Message string `json:"message"` // its fingerprint
	At      string `json:"at"`      // the server
	By      string `json:"by"`      // who published it: a node's name, or emitter
	From    string `json:"from"`    // who said it
	Client  string `json:"client"`  // the id of that client's connection; "": nobody's
	Room    string `json:"room"`
	Except  string `json:"except"` // rooms that do not get it, of a message that no client sent
	Text    string `json:"text"`
	Late    bool   `json:"late"` // it had been told of, and comes to this server only now
}

// newHop is a message that has been seen nowhere yet. by is the name of its
// publisher, "" when that is no node of ours.
func newHop(payload, by string, e *wire.Envelope) *Hop {
	switch {
	case by != "":
	case e.UID == wire.EmitterUID:
		by = "emitter"
	default:
		by = "server " + short(e.UID, maxWords) // of Node.js, or a node that somebody started beside ours
	}
	hop := &Hop{Message: fingerprint(payload), By: by, From: short(e.From, maxWords), Text: words(e.Args)}
	if e.Event != "message" {
		hop.Text = strings.TrimSpace("[" + short(e.Event, maxWords) + "] " + hop.Text)
	}
	if len(e.Rooms) > 0 {
		hop.Room = short(strings.Join(e.Rooms, ", "), maxRooms)
	}
	if e.From != "" && len(e.Except) > 0 { // a client's message leaves out its sender
		hop.Client = short(e.Except[0], maxWords)
	} else {
		hop.Except = short(strings.Join(e.Except, ", "), maxRooms)
	}
	return hop
}

// speaker is who speaks, and to whom.
func (h *Hop) speaker() string {
	who, room := h.From, "to all"
	if who == "" {
		who = h.By
	}
	if h.Room != "" {
		room = "in " + h.Room
	}
	if h.Except != "" {
		room += ", but not in " + h.Except
	}
	return who + " " + room + ":"
}

// sentence is the line about a message: who, to whom, what, and its way.
//
//	alice in lobby: "hi"   node-1 → master → replica-1, replica-2   seen at 3 servers within 0.3 ms
//
// The time is from the first sight of it to the last, whichever servers those
// were: observers are not told in the order in which a message travels.
func (s *System) sentence(at *path) string {
	way := []string{at.hop.By}
	if at.has(0) {
		way = append(way, s.serverName(0))
	}
	var replicas []string
	for i := 1; i < s.state.servers(); i++ {
		if at.has(i) {
			replicas = append(replicas, s.serverName(i))
		}
	}
	if replicas == nil {
		replicas = []string{"no replica"}
	}
	way = append(way, strings.Join(replicas, ", "))
	spread := ""
	if n := bits.OnesCount16(at.been); n > 1 {
		spread = fmt.Sprintf("   seen at %d servers within %s", n, tenths(at.last.Sub(at.first)))
	}
	return fmt.Sprintf("%s %q   %s%s", at.hop.speaker(), at.hop.Text, strings.Join(way, " → "), spread)
}

// tenths is a time in milliseconds, rounded up: something takes place within it.
func tenths(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", max(1, math.Ceil(d.Seconds()*10_000))/10)
}
