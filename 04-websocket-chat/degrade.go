package chat

import "example.com/redis-chat/04-websocket-chat/frame"

// Degrade tells all clients, and those to come, that messages may be missed.
func (h *Hub) Degrade(text string) {
	h.mu.Lock()
	var start []*Conn
	if h.degraded == "" {
		start = h.tell(degradedFrame(text))
	}
	h.degraded = text
	h.mu.Unlock()
	writeRound(start)
}

func degradedFrame(text string) []byte {
	return frame.Encode(frame.EventDegraded, "", struct {
		Text string `json:"text"`
	}{text}, nil)
}

// Recover tells all clients that delivery is proven again, and how many
// messages this node missed; nil: that cannot be known.
func (h *Hub) Recover(missed *int64) {
	h.mu.Lock()
	var start []*Conn
	if h.degraded != "" {
		start = h.tell(frame.Encode(frame.EventRecovered, "", struct {
			Missed *int64 `json:"missed,omitempty"`
		}{missed}, nil))
	}
	h.degraded = ""
	h.mu.Unlock()
	writeRound(start)
}

// tell queues a frame for everybody and returns whose writer is to be started.
func (h *Hub) tell(frame []byte) (start []*Conn) {
	for _, c := range h.all {
		if c.put(frame) {
			start = append(start, c)
		}
	}
	return start
}
