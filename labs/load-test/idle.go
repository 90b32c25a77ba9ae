package loadtest

import (
	"context"
	"fmt"
	"time"
)

var (
	// settle is how long a crowd is left alone before its memory is read: a
	// system needs time to tidy up after connecting.
	settle = 10 * time.Second
	// idleLook is how long its CPU is measured, before that time is over.
	idleLook = 5 * time.Second
)

// Idle connects so many clients to each node of a system, all in one room, and
// then leaves them alone. In the end all of them leave at once, and come back.
func (l *Lab) Idle(ctx context.Context, s System, nodes, clients, round int) (Idle, error) {
	c, err := l.Start(ctx, s, nodes)
	if err != nil {
		return Idle{}, err
	}
	defer c.Close()
	idle, err := c.idle(ctx, clients)
	if err != nil {
		return idle, err
	}
	idle.Round = round
	l.Report.Idle = append(l.Report.Idle, idle)
	if idle.NotBack != "" {
		l.note("%s, round %d: all left at once, and did not come back: %s", s.Name, round, idle.NotBack)
	}
	l.say("%-12s %d idle connections: %.1f KiB and %.1f µs CPU a second each; %.0f new ones a second; all left, and %.0f a second were back",
		s.Name, idle.Connections, idle.Resident/1024, idle.CPU, idle.PerSecond, idle.BackPerSecond)
	return idle, nil
}

func (c *Cluster) idle(ctx context.Context, clients int) (Idle, error) {
	load := Load{Clients: clients, Senders: 1, Rooms: 1}
	crowd, err := gather(len(c.Nodes), c.Protocol, load)
	if err != nil {
		return Idle{}, err
	}
	defer crowd.close()
	before, err := c.usage()
	if err != nil {
		return Idle{}, err
	}
	began := time.Now()
	if err := crowd.connect(ctx, c.Nodes); err != nil {
		return Idle{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	took := time.Since(began).Seconds()
	connected, err := c.usage()
	if err != nil {
		return Idle{}, err
	}
	m := meter{cluster: c}
	if err := m.sleep(ctx, now()+int64(settle-idleLook)); err != nil {
		return Idle{}, err
	}
	quiet, err := c.usage()
	if err != nil {
		return Idle{}, err
	}
	if err := m.sleep(ctx, now()+int64(idleLook)); err != nil {
		return Idle{}, err
	}
	after, err := c.usage()
	if err != nil {
		return Idle{}, err
	}
	n := float64(len(crowd.clients))
	idle := Idle{System: c.Name, Nodes: len(c.Nodes), Connections: len(crowd.clients), PerSecond: n / took, Failed: crowd.why()}
	for i := range c.nodeProcesses {
		idle.Resident += (float64(after[i].Resident) - float64(before[i].Resident)) / n
		idle.ConnectCPU += (connected[i].CPU - before[i].CPU) * 1e6 / n
		idle.CPU += (after[i].CPU - quiet[i].CPU) * 1e6 / n / idleLook.Seconds()
	}
	if idle.Failed == "" {
		if idle.BackPerSecond, err = c.storm(ctx, crowd, load); err != nil {
			idle.NotBack = err.Error()
		}
	}
	return idle, ctx.Err()
}

// storm has all of a crowd leave without a word, and as many come at once: so many a second are welcome again, from the
// moment in which the first one left.
func (c *Cluster) storm(ctx context.Context, leaving *crowd, load Load) (perSecond float64, err error) {
	crowd, err := gather(len(c.Nodes), c.Protocol, load)
	if err != nil {
		return 0, err
	}
	defer crowd.close()
	began := time.Now()
	leaving.close()
	if err := crowd.connect(ctx, c.Nodes); err != nil {
		return 0, err
	}
	return float64(len(crowd.clients)) / time.Since(began).Seconds(), nil
}
