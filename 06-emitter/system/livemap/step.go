package livemap

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
