package loadtest

import (
	"cmp"
	"context"
	"fmt"
)

// Goal is what a rate must keep to be called sustained.
type Goal struct {
	P99     float64 // milliseconds; default 50
	Highest float64 // where the search ends, in messages a second; default 100,000
	Step    float64 // the factor from one rate to the next at the beginning; default 2

	// Load makes the load of a rate; nil: it is the same load at another rate.
	Load func(rate float64) Load
}

// Sustained reports whether a run kept it: in time, and nothing lost, repeated,
// out of order or refused. If not, it says why.
func (g Goal) Sustained(r *Run) (why string, ok bool) {
	c := r.Counts
	switch {
	case r.Failed != "":
		return r.Failed, false
	case c.Lost+c.Repeated+c.OutOfOrder+c.Closed+c.Refused > 0:
		return fmt.Sprintf("%d lost, %d repeated, %d out of order, %d refused, %d connections closed", c.Lost, c.Repeated, c.OutOfOrder, c.Refused, c.Closed), false
	case r.Late.P99 >= g.P99:
		return fmt.Sprintf("p99 is %.0f ms", r.Late.P99), false
	}
	return "", true
}

const (
	// searchFine is how near to the limit a search ends: a factor.
	searchFine = 1.07
	// searchAgain is how often a rate is tried before it counts as too high: on
	// a machine that others use, too, one bad moment is no proof.
	searchAgain = 2
)

// Search looks for the highest rate that a system sustains: it raises the rate while that holds, or lowers it until it
// does, then closes in. load.Rate is where it begins. It returns the run at the highest rate that held. After a rate
// that was too high the system starts anew, as the work that is left would count against the next rate.
func (l *Lab) Search(ctx context.Context, s System, nodes int, load Load, goal Goal, round int) (best Run, err error) {
	goal.P99 = cmp.Or(goal.P99, 50)
	goal.Highest = cmp.Or(goal.Highest, 100_000)
	goal.Step = cmp.Or(goal.Step, 2)
	label := "search " + shape(nodes, load)
	if goal.Load != nil {
		label = fmt.Sprintf("search in rooms of %d", nodes*load.Clients/load.Rooms)
	}
	var cluster *Cluster
	var limit string
	defer func() {
		if cluster != nil {
			cluster.Close()
		}
	}()
	try := func(rate float64) (bool, error) {
		for range searchAgain {
			if cluster == nil {
				if cluster, err = l.startWarm(ctx, s, nodes); err != nil {
					return false, err
				}
			}
			if load.Rate = rate; goal.Load != nil {
				load = goal.Load(rate)
			}
			run, err := cluster.Run(ctx, load, l.watch(fmt.Sprintf("%s at %.0f messages/s, %s", label, rate, s.Name)))
			if ctx.Err() != nil {
				return false, err
			}
			if err != nil {
				run = Run{System: s.Name, Nodes: nodes, Load: load, Failed: err.Error()}
			}
			var ok bool
			run.Missed, ok = goal.Sustained(&run)
			l.keep(&run, label, round)
			if ok {
				best = run // rates that hold are tried in ascending order only
				return true, nil
			}
			limit = run.Generator.Bottleneck // the lowest that failed is the last that did
			cluster.Close()
			cluster = nil
		}
		return false, nil
	}
	low, high, err := bracket(load.Rate, goal, try)
	if err != nil {
		return best, err
	}
	for high > low*searchFine {
		middle := (low + high) / 2
		held, err := try(middle)
		if err != nil {
			return best, err
		}
		if held {
			low = middle
		} else {
			high = middle
		}
	}
	if limit = cmp.Or(best.Generator.Bottleneck, limit); limit != "" {
		l.note("%s, %s, round %d: the lab was the limit, not the system: %s", s.Name, label, round, limit)
	}
	if low == 0 {
		last := l.Report.Runs[len(l.Report.Runs)-1]
		return best, fmt.Errorf("%s sustains not even %.2g messages a second: %s", s.Name, last.Load.Rate, last.Missed)
	}
	return best, nil
}

// shape is how the table calls a crowd: "2 × 100".
func shape(nodes int, load Load) string { return fmt.Sprintf("%d × %d", nodes, load.Clients) }

// lowest is the rate below which a search gives up.
const lowest = 0.5

// bracket finds a rate that holds and one, a step higher, which does not: low is 0 when none holds, high is low when all do.
func bracket(rate float64, goal Goal, try func(float64) (bool, error)) (low, high float64, err error) {
	held, err := try(rate)
	if err != nil {
		return 0, 0, err
	}
	for held {
		if low = rate; rate >= goal.Highest {
			return low, low, nil
		}
		rate = min(goal.Step*rate, goal.Highest)
		if held, err = try(rate); err != nil {
			return 0, 0, err
		}
	}
	for high = rate; low == 0 && high/goal.Step >= lowest; {
		if held, err = try(high / goal.Step); err != nil {
			return 0, 0, err
		}
		if held {
			low = high / goal.Step
		} else {
			high /= goal.Step
		}
	}
	if low == 0 {
		high = 0
	}
	return low, high, nil
}
