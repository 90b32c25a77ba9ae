package system

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"

	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/livemap"
)

// Only the node knows what happens inside of it. While somebody looks at the live
// map, the system asks each node, on its standard input, to log each step of a
// message; when the last map is closed, to stop. So the steps cost nothing when
// nobody looks.
const (
	logSteps  = "look"
	stopSteps = "look away"
)

// stepsPerSecond is how many steps of each kind a node logs at most. Under load the
// map shows flows, and follows a sample of the messages.
const stepsPerSecond = 25

var stepKinds = map[relay.StepKind]string{relay.Taken: "taken", relay.Failed: "failed", relay.Delivered: "delivered"}

// obey makes a node follow the commands on its standard input, until the input ends.
func obey(in io.Reader, tracer *relay.Tracer, log *slog.Logger) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		switch lines.Text() {
		case logSteps:
			tracer.Watch(func(s relay.Step) { log.Info(stepMessage, "step", newStep(s)) }, stepsPerSecond)
		case stopSteps:
			tracer.Watch(nil, 0)
		}
	}
}

const stepMessage = "step"

// newStep describes a message in the same words as the observers will.
func newStep(s relay.Step) livemap.Step {
	step := livemap.Step{Kind: stepKinds[s.Kind], Clients: s.Clients}
	if s.Kind == relay.Delivered {
		step.Message = livemap.Fingerprint(s.Payload)
	} else if e, err := wire.DecodeEnvelope(s.Payload); err == nil { // the node has written it itself
		hop := livemap.NewHop(s.Payload, "", &e)
		step.Client, step.Room, step.Text = hop.Client, hop.Room, hop.Text
	}
	return step
}

// stepped passes a step on to the map.
func (s *System) stepped(node string, raw json.RawMessage) {
	var step livemap.Step
	if json.Unmarshal(raw, &step) != nil || isProof(step.Room) {
		return
	}
	step.Node = node
	s.feed.Show(livemap.Update{Step: &step})
}

// askForSteps asks the nodes to log each step of a message, or to stop.
func (s *System) askForSteps(on bool) {
	word := stopSteps
	if on {
		word = logSteps
	}
	for _, n := range s.nodes {
		n.Tell(word)
	}
}
