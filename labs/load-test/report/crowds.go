package report

import (
	loadtest "example.com/redis-chat/labs/load-test"
)

// crowd is one line of the table of idle connections: the median of its rounds.
type crowd struct {
	System      string
	Nodes       int
	Connections string
	Rounds      int
	PerSecond   float64 // connections a second while they came
	Back        float64 // connections a second after all had left at once
	ConnectCPU  float64 // µs per connection while they came
	Kibibytes   float64 // per connection
	CPU         float64 // µs a second and connection while idle
	Failed      string  // why there is no figure
	size        int     // Connections as a number
}

// crowds takes the rounds of one system and size together, figure by figure:
// they are independent of each other, unlike those of a run.
func crowds(r *loadtest.Report) []crowd {
	type key struct {
		system      string
		nodes, size int
	}
	var out []crowd
	rounds := make(map[key][]loadtest.Idle)
	var order []key
	for _, system := range systems(r) {
		for _, idle := range r.Idle {
			k := key{idle.System, idle.Nodes, idle.Connections}
			if idle.System != system {
				continue
			}
			if rounds[k] == nil {
				order = append(order, k)
			}
			rounds[k] = append(rounds[k], idle)
		}
	}
	for _, k := range order {
		c := crowd{System: k.system, Nodes: k.nodes, Connections: grouped(float64(k.size)), Rounds: len(rounds[k]), size: k.size}
		var perSecond, back, connect, bytes, cpu []float64
		for _, idle := range rounds[k] {
			if idle.Failed != "" {
				c.Failed = idle.Failed
				continue
			}
			perSecond = append(perSecond, idle.PerSecond)
			if idle.NotBack == "" {
				back = append(back, idle.BackPerSecond)
			}
			connect = append(connect, idle.ConnectCPU)
			bytes = append(bytes, idle.Resident)
			cpu = append(cpu, idle.CPU)
		}
		if len(bytes) > 0 {
			c.Failed = "" // the other rounds have a figure
		}
		c.PerSecond, c.Back, c.ConnectCPU = middle(perSecond), middle(back), middle(connect)
		c.Kibibytes, c.CPU = middle(bytes)/1024, middle(cpu)
		out = append(out, c)
	}
	return out
}
