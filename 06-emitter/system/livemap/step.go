package livemap

// Step is what happened to a message in a node.
type Step struct {
	Node    string   `json:"node"`
	Kind    string   `json:"kind"`    // taken, failed or delivered
	Client  string   `json:"client"`  // taken, failed: the id of the sender
	Message string   `json:"message"` // delivered: as in Hop
	Clients []string `json:"clients"` // delivered: ids of the first clients that got it
	Room    string   `json:"room"`    // taken, failed: room and text are as in Hop
	Text    string   `json:"text"`
}
