package system

import (
	"bufio"
	"encoding/json"
	"hash/fnv"
	"io"
	"log/slog"
	"strconv"

	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// What happens inside a node only the node knows. While somebody looks at the
// live map, each node is asked, on its standard input, to tell of it in its log;
// when the last map is closed, to stop. So it costs nothing when nobody looks.
const (
	look     = "look"
	lookAway = "look away"
)

// stepsPerSecond of each kind a node tells; under load the map shows flows, and
// what it follows is a sample.
const stepsPerSecond = 25

// Step is what happened to a message in a node.
type Step struct {
	Node    string   `json:"node"`
	Kind    string   `json:"kind"`    // taken, failed or delivered
	Client  string   `json:"client"`  // taken, failed: the id of who sent it
	Message string   `json:"message"` // delivered: as in Hop
	Clients []string `json:"clients"` // delivered: ids of who got it, the first ones
	Room    string   `json:"room"`    // taken, failed: as in Hop, and text
	Text    string   `json:"text"`
}

var stepKinds = map[relay.StepKind]string{relay.Taken: "taken", relay.Failed: "failed", relay.Delivered: "delivered"}

// obey lets a node do what its standard input says, until that ends.
func obey(in io.Reader, tracer *relay.Tracer, log *slog.Logger) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		switch lines.Text() {
		case look:
			tracer.Watch(func(s relay.Step) { log.Info(stepMessage, "step", newStep(s)) }, stepsPerSecond)
		case lookAway:
			tracer.Watch(nil, 0)
		}
	}
}

const stepMessage = "step"

// newStep says of a message what the observers will say of it, in the same words.
func newStep(s relay.Step) Step {
	step := Step{Kind: stepKinds[s.Kind], Clients: s.Clients}
	if s.Kind == relay.Delivered {
		step.Message = fingerprint(s.Payload)
	} else if e, err := wire.DecodeEnvelope(s.Payload); err == nil { // it is the node's own
		hop := newHop(s.Payload, "", &e)
		step.Client, step.Room, step.Text = hop.Client, hop.Room, hop.Text
	}
	return step
}

// fingerprint names a message by what travels through Redis: a publisher numbers
// what it sends, so no two are the same but of publishers that do not.
func fingerprint(payload string) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, payload) // never fails
	return strconv.FormatUint(h.Sum64(), 36)
}

// stepped passes a step on to the map.
func (s *System) stepped(node string, raw json.RawMessage) {
	var step Step
	if json.Unmarshal(raw, &step) != nil || isProof(step.Room) {
		return
	}
	step.Node = node
	s.feed.show(Update{Step: &step})
}

// looked counts the maps that are open, and tells the nodes of the first and of
// the last one.
func (s *System) looked(by int) {
	s.looking.Lock()
	defer s.looking.Unlock()
	before := s.lookers > 0
	s.lookers += by
	if now := s.lookers > 0; now != before {
		word := lookAway
		if now {
			word = look
		}
		for _, n := range s.nodes {
			n.Tell(word)
		}
	}
}
