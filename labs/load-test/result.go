package loadtest

import "time"

// Report is all that one call of the lab has measured: what is written as JSON,
// printed as a table, and drawn as pictures.
type Report struct {
	Title    string    `json:"title"`   // for people: "compare", "steady" …
	Command  string    `json:"command"` // exactly as it was given
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"` // that it took
	Machine  Machine   `json:"machine"`
	Versions []Version `json:"versions"` // of what was measured, and with what

	Runs   []Run    `json:"runs,omitempty"`   // each load, in the order in which it ran
	Idle   []Idle   `json:"idle,omitempty"`   // each crowd of idle connections
	Growth []Growth `json:"growth,omitempty"` // cost against size
	Rows   []Row    `json:"rows,omitempty"`   // the table of compare
	Notes  []string `json:"notes,omitempty"`  // what was left out and why, one sentence each
}

// Machine is where it ran.
type Machine struct {
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"`
	MemoryBytes uint64 `json:"memory_bytes"`
	System      string `json:"system"` // operating system and kernel
}

// Version is one program or library.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Load is what is put on a system. The zero value of each field but Rate works.
type Load struct {
	Clients int           `json:"clients"` // connections at each node; default 100
	Senders int           `json:"senders"` // of them, those that also send; default 5
	Rooms   int           `json:"rooms"`   // the clients of all nodes are spread over so many; default 1
	Rate    float64       `json:"rate"`    // messages a second, of all senders together
	Size    int           `json:"size"`    // bytes of a message's data; default 128
	Warmup  time.Duration `json:"warmup"`  // not counted, nanoseconds; default 2s
	Length  time.Duration `json:"length"`  // counted, nanoseconds; default 5s
}

// Run is one load on one system.
type Run struct {
	System string  `json:"system"` // "redis-chat", "node.js", "centrifuge", "ceiling"
	Label  string  `json:"label"`  // what it is for: "light load", "search 2 × 500" …
	Round  int     `json:"round"`  // of compare and grow, from 1; 0: there are none
	Nodes  int     `json:"nodes"`
	Load   Load    `json:"load"`
	Failed string  `json:"failed,omitempty"` // why there is no result: the system ended, a client was closed …
	Missed string  `json:"missed,omitempty"` // what a search wants and this rate did not keep
	Counts Counts  `json:"counts"`
	Late   Latency `json:"latency"` // from a message's scheduled time to its arrival, of all deliveries

	Deliveries float64   `json:"deliveries_per_second"` // arrived within the counted time
	CPU        float64   `json:"cpu_us_per_delivery"`   // microseconds of all nodes together; ×1 = seconds per million
	RedisCPU   float64   `json:"redis_us_per_delivery"` // the same of master and replicas
	Servers    []Usage   `json:"servers"`               // nodes first, then Redis
	Curve      []Point   `json:"curve,omitempty"`       // latency by percentile
	Timeline   []Moment  `json:"timeline,omitempty"`    // each second of the counted time
	Generator  Generator `json:"generator"`             // what the lab itself used
}

// Counts say what became of the messages of the counted time. Expected are
// deliveries: each message once for each client of its room but its sender.
type Counts struct {
	Sent       int64 `json:"sent"`
	Expected   int64 `json:"expected"`
	Delivered  int64 `json:"delivered"` // of the expected, each once
	Lost       int64 `json:"lost"`
	Repeated   int64 `json:"repeated"`
	OutOfOrder int64 `json:"out_of_order"` // came after a later one of the same sender
	Refused    int64 `json:"refused"`      // error frames from the server
	Closed     int64 `json:"closed"`       // connections that the server ended
}

// Latency is in milliseconds.
type Latency struct {
	P50  float64 `json:"p50_ms"`
	P90  float64 `json:"p90_ms"`
	P99  float64 `json:"p99_ms"`
	P999 float64 `json:"p999_ms"`
	Max  float64 `json:"max_ms"`
}

// Point is one point of a run's latency by percentile.
type Point struct {
	Percentile float64 `json:"percentile"` // 0 to 100
	Millis     float64 `json:"ms"`
}

// Moment is one second of a run.
type Moment struct {
	Second     int     `json:"second"` // from the beginning of the counted time
	Deliveries int64   `json:"deliveries"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
}

// Usage is what one server process used in the counted time.
type Usage struct {
	Name     string  `json:"name"`
	CPU      float64 `json:"cpu_seconds"`
	Resident uint64  `json:"resident_bytes"` // at the end
}

// Generator is what the lab itself used in the counted time.
type Generator struct {
	CPU        float64 `json:"cpu_seconds"`
	Cores      float64 `json:"cores"`                // CPU seconds per second
	LateP99    float64 `json:"late_p99_ms"`          // from a message's scheduled time to its leaving the lab
	Bottleneck string  `json:"bottleneck,omitempty"` // why the figures are the lab's and not the system's; "": they are not
}

// Idle is a crowd of connections that only listen.
type Idle struct {
	System        string  `json:"system"`
	Round         int     `json:"round"`
	Nodes         int     `json:"nodes"`
	Connections   int     `json:"connections"`            // of all nodes together
	PerSecond     float64 `json:"connections_per_second"` // while they came, until each was welcome
	BackPerSecond float64 `json:"back_per_second"`        // after all had left at once, until each was welcome again
	NotBack       string  `json:"not_back,omitempty"`     // why there is no such figure
	ConnectCPU    float64 `json:"connect_cpu_us"`         // of the nodes, per connection, while they came
	Resident      float64 `json:"resident_bytes"`         // more per connection than before they came
	CPU           float64 `json:"cpu_us_per_second"`      // of the nodes, per connection, while they are idle
	Failed        string  `json:"failed,omitempty"`
}

// Growth is what a delivery costs as one thing grows.
type Growth struct {
	System string       `json:"system"`
	What   string       `json:"what"` // "connections in a room", "rooms of 5", "nodes of 100 connections"
	Steps  []GrowthStep `json:"steps"`
}

// GrowthStep is the median of its runs.
type GrowthStep struct {
	Size       int     `json:"size"`
	Deliveries float64 `json:"deliveries_per_second"`
	CPU        float64 `json:"cpu_us_per_delivery"`
	P99        float64 `json:"p99_ms"`
}

// Row is one line of compare's table.
type Row struct {
	Measure string  `json:"measure"`
	Against string  `json:"against"` // the peer, or "" for an absolute figure
	Ours    string  `json:"ours"`    // median, with its unit
	Theirs  string  `json:"theirs"`  // median, with its unit; "" without a peer
	Ratio   float64 `json:"ratio"`   // median of the pairs; without a peer the figure itself
	Lowest  float64 `json:"lowest"`  // of the pairs
	Highest float64 `json:"highest"`
	Target  string  `json:"target"`  // "≥ 8 ×", "≤ 8 KiB" …
	Verdict string  `json:"verdict"` // "pass", "short", or why it was not measured
}
