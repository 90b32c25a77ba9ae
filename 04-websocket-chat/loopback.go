package chat

// loopback is the relay of a hub that is alone: what leaves is there at once.
type loopback struct{ hub *Hub }

func (l loopback) Publish(e Event) error {
	e.Sent.Accepted()
	l.hub.Deliver([]Event{e})
	return nil
}
