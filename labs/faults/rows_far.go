package faults

import "time"

// The distance between the nodes and Redis, which is no fault.

// far returns a row in which the nodes and Redis are that far from each other all the
// time, and no message is late for its distance.
func far(name string, toxics []string) Row {
	return Row{
		Name: name, Setting: setting{proxies: true, toxics: toxics},
		Break: lasts(5 * time.Second),
		Judge: func(r *run, all []Account) {
			clean(r, all)
			untouched(r, all, 0, 1)
			counts(r, all, 0, 1)
			unnoticed(r, 0, 1)
			for _, s := range r.senders {
				n := s.source.count(unsent, unknown)
				r.check(n == 0, "every message of the %s is acknowledged: %d are not", s.source.name, n)
				r.tell("the %s waits %s for an answer at most", s.source.name, show(s.source.slowest(r.now())))
			}
		},
	}
}

var (
	distant = far("Redis far away: 400 ms there and back", late(200))
	lossy   = far("Redis far away: 70 ms there and back, and 1 % of the packets lost", append(late(35), lose(1, 270)...))
)
