package chat

// Degrade tells all clients, and those to come, that messages may be missed.
func (h *Hub) Degrade(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.degraded == "" {
		h.tell(degradedFrame(text))
	}
	h.degraded = text
}

func degradedFrame(text string) []byte {
	return nodeFrame("$degraded", "", struct {
		Text string `json:"text"`
	}{text}, nil)
}

// Recover tells all clients that delivery is proven again, and how many
// messages this node missed; nil: that cannot be known.
func (h *Hub) Recover(missed *int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.degraded == "" {
		return
	}
	h.degraded = ""
	h.tell(nodeFrame("$recovered", "", struct {
		Missed *int64 `json:"missed,omitempty"`
	}{missed}, nil))
}

func (h *Hub) tell(frame []byte) {
	for _, c := range h.all {
		c.send(frame)
	}
}
