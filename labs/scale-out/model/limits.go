package model

import (
	"math"

	"example.com/redis-chat/labs/scale-out/lane"
)

// Machine is what a node has with its replicas, and a master for itself. Half of it may be used: the other half is for what comes at once, and for
// what the model does not know.
type Machine struct {
	Cores   float64
	Memory  float64 // bytes
	Network float64 // bytes a second, each way
	Clients float64 // of a node, however much of the rest is left
}

// Usual is a machine as one rents it. Nothing was measured on it.
var Usual = Machine{Cores: 8, Memory: 32 << 30, Network: 1.25e9, Clients: 100_000}

const share = 0.5

// Worst is what a plan uses most of, of what it may use: above 1 it is too much.
func (p Plan) Worst(m Machine) (used float64, what string) {
	for _, u := range []struct {
		used float64
		what string
	}{
		{p.MasterCores, "a master's one core"},
		{p.MasterBytes / m.Network, "a master's network"},
		{(p.NodeCores + p.ReplicaCores) / m.Cores, "a node's cores"},
		{p.NodeBytes / m.Network, "a node's network"},
		{p.NodeMemory / m.Memory, "a node's memory"},
	} {
		if u.used/share > used {
			used, what = u.used/share, u.what
		}
	}
	return used, what
}

// MostSets is how many there can be: a lane is whole at one of them.
const MostSets = lane.Count

// Fit plans with the fewest sets that are enough, of so many at most. Each set more takes from the masters, and gives each node more probes to hear: where
// no number is enough, it is the plan that is nearest to it.
func Fit(c Crowd, costs Costs, m Machine, kind Kind, most int) (best Plan) {
	nodes := max(1, int(math.Ceil(c.Clients/m.Clients)))
	least := math.Inf(1)
	for sets := range most {
		p := New(c, costs, kind, sets+1, nodes)
		used, _ := p.Worst(m)
		if used < least {
			best, least = p, used
		}
		if used <= 1 {
			break
		}
	}
	return best
}

// Breaks is how many clients are too many, to a hundred thousand, and for what.
func Breaks(c Crowd, costs Costs, m Machine, kind Kind, most int) (clients float64, what string) {
	const step = 100_000
	at := func(steps int) (used float64, what string) {
		c.Clients = float64(steps) * step
		return Fit(c, costs, m, kind, most).Worst(m)
	}
	low, high := 0, 1
	for used, _ := at(high); used <= 1; used, _ = at(high) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		middle := (low + high) / 2
		if used, _ := at(middle); used <= 1 {
			low = middle
		} else {
			high = middle
		}
	}
	_, what = at(high)
	return float64(high) * step, what
}
