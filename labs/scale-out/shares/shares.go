package shares

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// most is how many nodes the larger system of each pair has.
const most = 8

// kind is what the nodes are.
type kind string

const (
	everything  kind = "everything" // chapter 05's
	lanes       kind = "lanes"
	lanesOfSets kind = "lanes, 2 sets"
	shardedOf2  kind = "sharded, 2 shards"
)

// Options say how much is measured.
type Options struct {
	Command []string      // a node's, which reads the environment: KIND, and chapter 05's; MAP and REPLICA, or CLUSTER and REPLICA
	Rooms   int           // of each node; one at least
	Every   time.Duration // between two messages in a room, about; more than 0
	For     time.Duration // each row is measured
	Out     io.Writer
}

type row struct {
	kind  kind
	sets  int
	nodes int
}

var rows = []row{
	{everything, 1, 1}, {everything, 1, most},
	{lanes, 1, 1}, {lanes, 1, most},
	{lanesOfSets, 2, 1}, {lanesOfSets, 2, most},
	{shardedOf2, 2, 1}, {shardedOf2, 2, most},
}

// Run measures all rows, and prints their table.
func Run(ctx context.Context, o Options) error {
	table := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "nodes hear\tnodes\trooms\tdeliveries/s\tnodes' CPU, µs a delivery\tto 1 node\tmessages at each master\tMB sent at each set")
	alone := map[kind]float64{}
	for _, r := range rows {
		before, after, err := r.measure(ctx, o)
		if err != nil {
			return fmt.Errorf("measure %s: %w", r.kind, err)
		}
		deliveries := after.deliveries - before.deliveries
		each := (after.cpu - before.cpu) / deliveries * 1e6
		if r.nodes == 1 {
			alone[r.kind] = each
		}
		var messages, sent []string
		for i := range r.sets {
			messages = append(messages, fmt.Sprint(after.messages[i]-before.messages[i]))
			sent = append(sent, fmt.Sprintf("%.1f", float64(after.bytes[i]-before.bytes[i])/1e6))
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%.0f\t%.0f\t%.2f\t%s\t%s\n", r.kind, r.nodes, r.nodes*o.Rooms, deliveries/o.For.Seconds(), each, each/alone[r.kind],
			strings.Join(messages, ", "), strings.Join(sent, ", "))
	}
	return table.Flush()
}

// measure has a system run, and returns what it had counted at the beginning and at the end.
func (r row) measure(ctx context.Context, o Options) (before, after figures, err error) {
	starting, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	s, err := start(starting, o.Command, r.kind, r.sets, r.nodes)
	if err != nil {
		return before, after, err
	}
	defer s.close()
	var c crowd
	defer c.leave()
	if err = c.come(starting, s.urls, rooms(o.Rooms)); err != nil {
		return before, after, err
	}
	speaking, stop := context.WithCancel(ctx)
	said := make(chan error, 1)
	go func() { said <- c.speak(speaking, o.Every) }()
	defer func() {
		stop()
		if spoken := <-said; err == nil {
			err = spoken
		}
	}()
	if err = pause(ctx, 2*o.Every); err != nil { // connecting has its own cost: it is over
		return before, after, err
	}
	if before, err = s.read(ctx); err != nil {
		return before, after, err
	}
	if err = pause(ctx, o.For); err != nil {
		return before, after, err
	}
	after, err = s.read(ctx)
	return before, after, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
