package model

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Talk is the crowd of the table: rooms of twenty, each client says a line of a hundred bytes in a minute.
var Talk = Crowd{Room: 20, Every: time.Minute, Bytes: 100}

var kinds = []struct {
	name string
	kind Kind
	most int // sets
}{
	{"everything", Everything, 1},
	{"lanes", OnLanes, 1},
	{"lanes, sets", OnLanes, MostSets},
}

// Table prints what a crowd needs at three sizes, and from how many clients on it is too much.
func Table(out io.Writer, c Crowd, costs Costs, m Machine) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "clients\tnodes hear\tnodes\tsets\tmessages/s\ta master: core\tMB/s out\ta node: cores\tits replicas'\tMB/s in\tall cores\ttoo much")
	for _, clients := range []float64{100_000, 1_000_000, 10_000_000} {
		for _, k := range kinds {
			c.Clients = clients
			p := Fit(c, costs, m, k.kind, k.most)
			used, what := p.Worst(m)
			if used <= 1 {
				what = "-"
			}
			fmt.Fprintf(t, "%g M\t%s\t%d\t%d\t%.0f\t%.2f\t%.1f\t%.2f\t%.2f\t%.1f\t%.1f\t%s\n", clients/1e6, k.name, p.Nodes, p.Sets, p.Messages,
				p.MasterCores, p.MasterBytes/1e6, p.NodeCores, p.ReplicaCores, p.NodeBytes/1e6, p.Cores(), what)
		}
	}
	fmt.Fprintln(t)
	if err := t.Flush(); err != nil {
		return err
	}
	for _, k := range kinds {
		clients, what := Breaks(c, costs, m, k.kind, k.most)
		c.Clients = clients
		p := Fit(c, costs, m, k.kind, k.most)
		if _, err := fmt.Fprintf(out, "%s: breaks at %.1f M clients, with nodes: %d, sets: %d: too much for %s\n", k.name, clients/1e6, p.Nodes, p.Sets, what); err != nil {
			return err
		}
	}
	return nil
}
