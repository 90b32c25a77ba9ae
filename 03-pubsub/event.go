package pubsub

// Event is what a Subscriber hands over: a message, or a change of how far the subscription can be relied on. Both travel in
// one queue, so that a gap is told at its very place among the messages.
type Event struct {
	Kind Kind

	Channel string // Message: where it was published; Added: which
	Pattern string // Message: the pattern that it matched; empty for a subscription by channel
	Payload string // Message: the bytes as they were published; any byte may occur
	Probe   bool   // Message: it is this subscription's own probe coming back (Options.ConfirmProbe said so)

	Number uint64 // PassedOver: what Options.PassOver has made of the message; its From is the Payload

	Err    error // Disconnected, Silent: why, a sentence
	Missed int   // Overflow: how many messages, own probes among them, this reader was too slow for
}

// Kind says what an Event tells.
type Kind int

const (
	// Message is a message that was published.
	Message Kind = iota + 1
	// Subscribed: the server has confirmed every channel and pattern. Whatever is published from now on
	// arrives, or is reported. The second one says: this is another connection, and what the one before has
	// not brought is missed. When a standby takes over, it was confirmed some time ago: the messages that it has
	// held since follow at once.
	Subscribed
	// Disconnected: the connection has ended or was given up; the Subscriber keeps trying. Once for an outage,
	// and again only when the reason changes. When a standby takes over, Subscribed follows at once.
	Disconnected
	// Silent: probes no longer come back, so delivery is not proven. The subscription may well be there:
	// errors.Is(Err, ErrNotBack) and errors.Is(Err, ErrNotPublished) tell which side is to blame. A second one
	// says that the server does not answer a PING either, or that the other side is to blame by now. A standby that
	// is opened and dismissed is not told: the connection that was silent brings everything.
	Silent
	// Alive: the first probe came back (after Subscribed, after Silent): delivery is proven. Of several connections
	// it is always the one whose messages are handed over.
	Alive
	// Moved: the subscription goes on at another server, as Move asked for, at the very place of this event: nothing is
	// missed and nothing comes twice. (Where it cannot, Disconnected and Subscribed are told.)
	Moved
	// Added: the server has confirmed Channel, which Add asked for, at the very place of this event.
	Added
	// Overflow: the reader was too slow, Missed messages were dropped at this place.
	Overflow
	// PassedOver stands at the place of a message that Options.PassOver did not want. Receive does not return for it
	// alone: it waits for the next Event of another kind, or until there are many.
	PassedOver

	removed Kind = -1 // the server has confirmed that a channel is left: never handed over
)

func (k Kind) String() string {
	switch k {
	case Message:
		return "message"
	case Subscribed:
		return "subscribed"
	case Disconnected:
		return "disconnected"
	case Silent:
		return "silent"
	case Alive:
		return "alive"
	case Moved:
		return "moved"
	case Added:
		return "added"
	case Overflow:
		return "overflow"
	case PassedOver:
		return "passed over"
	}
	return "unknown"
}
