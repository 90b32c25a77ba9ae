package chat

import (
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Degrade tells all clients, and those to come, that messages may be missed.
func (h *Hub) Degrade(text string) { h.degrade(text, 0) }

// Delay tells all clients, and those to come, that messages come, but so much late.
// Recover ends it, too.
func (h *Hub) Delay(text string, late time.Duration) { h.degrade(text, late) }

func (h *Hub) degrade(text string, late time.Duration) {
	h.mu.Lock()
	var start []*Conn
	if h.degraded == "" {
		start = h.tell(degradedFrame(text, late))
	}
	h.degraded, h.delay = text, late
	h.mu.Unlock()
	writeRound(start)
}

func degradedFrame(text string, late time.Duration) []byte {
	return frame.Encode(frame.EventDegraded, "", struct {
		Text  string `json:"text"`
		Delay int64  `json:"delay,omitempty"` // milliseconds
	}{text, late.Milliseconds()}, nil)
}

// Recover tells all clients that delivery is proven again, and how many
// messages this node missed; nil: that cannot be known.
func (h *Hub) Recover(missed *int64) {
	h.mu.Lock()
	var start []*Conn
	if h.degraded != "" {
		start = h.tell(recoveredFrame(missed))
		h.recoveries++
	}
	h.degraded = ""
	h.mu.Unlock()
	writeRound(start)
}

// Correct tells the clients that were told of the last recovery that more was missed
// before it: a further "$recovered", whose number stands in the place of the first.
func (h *Hub) Correct(missed int64) {
	h.mu.Lock()
	var start []*Conn
	text := recoveredFrame(&missed)
	for _, c := range h.all {
		if c.seated < h.recoveries && c.put(text) {
			start = append(start, c)
		}
	}
	h.mu.Unlock()
	writeRound(start)
}

func recoveredFrame(missed *int64) []byte {
	return frame.Encode(frame.EventRecovered, "", struct {
		Missed *int64 `json:"missed,omitempty"`
	}{missed}, nil)
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
