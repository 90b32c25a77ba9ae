package model

import "time"

// Kind is what nodes hear.
type Kind string

const (
	Everything Kind = "everything" // chapter 05
	OnLanes    Kind = "lanes"
)

// Crowd is a chat's clients, and what they do. All rooms are alike, and each is at one node.
type Crowd struct {
	Clients float64
	Room    float64       // clients in each room
	Every   time.Duration // between two messages of one client
	Bytes   int           // of a message's text
}

// Messages are all clients' in a second.
func (c Crowd) Messages() float64 { return c.Clients / c.Every.Seconds() }

// Deliveries are what becomes of them: all in the room but the sender get one.
func (c Crowd) Deliveries() float64 { return c.Messages() * (c.Room - 1) }

// probes of each node in a second, as PROBE_INTERVAL says when nobody sets it.
const probes = 4

// Plan is a system for a crowd. Rates are of a second.
type Plan struct {
	Kind     Kind
	Sets     int
	Nodes    int // each with a replica of its own of each set
	Messages float64

	AtMaster    float64 // messages at each master, with the probes
	MasterCores float64 // of the one that it can use
	MasterBytes float64 // to its replicas
	SetBytes    float64 // of the set: the replicas' to their nodes besides

	NodeCores    float64 // of one node
	ReplicaCores float64 // of all its replicas
	NodeBytes    float64 // that come to its machine
	NodeMemory   float64
}

// New plans for a crowd at so many nodes.
func New(c Crowd, costs Costs, kind Kind, sets, nodes int) Plan {
	n, s := float64(nodes), float64(sets)
	p := Plan{Kind: kind, Sets: sets, Nodes: nodes, Messages: c.Messages()}
	size := sizes(kind, c.Bytes)
	perSet, asked := p.Messages/s, probes*n

	p.AtMaster = perSet + asked
	p.MasterCores = p.AtMaster * (costs.Publish + n*costs.Copy)
	p.MasterBytes = n * (perSet*size.Copy + asked*size.ProbeCopy)
	heard := p.Messages // by each node, of all sets
	if kind == OnLanes {
		heard /= n
	}
	p.SetBytes = p.MasterBytes + n*(heard/s*size.Hand+asked*size.ProbeHand)

	own := p.Messages / n
	p.NodeCores = costs.Awake + own*costs.Say + c.Deliveries()/n*costs.Write + (heard-own)*costs.Heard
	if nodes > 1 { // Awake has the probes of a node that is alone
		p.NodeCores += s * (asked - probes) * costs.Heard
	}
	p.ReplicaCores = s * p.AtMaster * costs.Take
	p.NodeBytes = p.Messages*size.Copy + s*asked*size.ProbeCopy
	p.NodeMemory = c.Clients / n * (costs.Connection + costs.Kernel)
	return p
}

// DeliveryCPU is the nodes' CPU for each delivery, in seconds.
func (p Plan) DeliveryCPU(c Crowd) float64 { return float64(p.Nodes) * p.NodeCores / c.Deliveries() }

// Cores are all that the system keeps busy.
func (p Plan) Cores() float64 {
	return float64(p.Nodes)*(p.NodeCores+p.ReplicaCores) + float64(p.Sets)*p.MasterCores
}
