package loadtest

import (
	"context"
	"time"
)

// Steady starts a system, puts one load on it, and ends it.
func (l *Lab) Steady(ctx context.Context, s System, nodes int, load Load, label string) (Run, error) {
	return l.fresh(ctx, s, nodes, load, label, 0)
}

// Short is one round of a light and a busy load on our system and on the peers
// that can run here.
func (l *Lab) Short(ctx context.Context, peers []System) error {
	systems := l.runnableAndOurs(ctx, peers)
	for _, load := range []struct {
		label string
		Load
	}{
		{"light load", Load{Clients: 50, Rate: 50, Warmup: time.Second, Length: 3 * time.Second}},
		{"busy", Load{Clients: 100, Rate: 500, Warmup: time.Second, Length: 3 * time.Second}},
	} {
		for _, s := range systems {
			if _, err := l.fresh(ctx, s, 2, load.Load, load.label, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// runnableAndOurs returns our system and the peers that can run here.
func (l *Lab) runnableAndOurs(ctx context.Context, peers []System) []System {
	return append([]System{Ours}, l.Runnable(ctx, peers)...)
}

// Runnable returns the systems that can run here. For the others it notes why they cannot.
func (l *Lab) Runnable(ctx context.Context, systems []System) (runnable []System) {
	for _, s := range systems {
		c, err := l.Start(ctx, s, 2)
		if err != nil {
			l.note("%s is left out: %v", s.Name, err)
			continue
		}
		c.Close()
		runnable = append(runnable, s)
	}
	return runnable
}

// startWarm starts a system and lets it warm up before anything counts: a
// compiler that learns at run time, as in Node.js, is slow at first.
func (l *Lab) startWarm(ctx context.Context, s System, nodes int) (*Cluster, error) {
	c, err := l.Start(ctx, s, nodes)
	if err != nil {
		return nil, err
	}
	if _, err := c.Run(ctx, runIn, nil); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

var runIn = Load{Clients: 20, Rate: 1000, Warmup: 1, Length: 2 * time.Second}

func (l *Lab) fresh(ctx context.Context, s System, nodes int, load Load, label string, round int) (Run, error) {
	c, err := l.startWarm(ctx, s, nodes)
	if err != nil {
		return Run{}, err
	}
	defer c.Close()
	run, err := c.Run(ctx, load, l.watch(label+", "+c.Name))
	if err == nil {
		l.keep(&run, label, round)
	}
	return run, err
}

// keep adds a run to the report.
func (l *Lab) keep(run *Run, label string, round int) {
	run.Label, run.Round = label, round
	l.Report.Runs = append(l.Report.Runs, *run)
	l.say("%-12s %s: %s", run.System, run.Label, run.Summary())
}
