package faults

import "time"

// Faults of the network between node 2 and Redis.

// linkRows returns a row for each fault on each way.
func linkRows() []Row {
	var rows []Row
	for _, way := range []struct {
		to   int
		name string
	}{{toMaster, "to the master"}, {toReplica, "to its replica"}} {
		for _, fault := range []struct {
			name   string
			toxics []string
			silent bool // nothing comes through: the node must notice
			broken bool // connections end
		}{
			{"connections reset", reset, true, true},
			{"a black hole", blackHole, true, false},
			{"200 ms late", delay, false, false},
			{"one byte at a time", dribble, false, false},
		} {
			rows = append(rows, Row{
				Name: "a node's way " + way.name + ": " + fault.name + ", 3 s", NodeJS: true,
				Setting: setting{proxies: true},
				Break: func(r *run) error {
					p := r.stage.proxies[1][way.to]
					if err := p.addToxics(fault.toxics); err != nil {
						return err
					}
					r.wait(3 * time.Second)
					r.mended = r.now()
					p.removeToxics(r.ctx)
					return nil
				},
				Judge: func(r *run, all []Account) {
					clean(r, all)
					answered(r)
					counts(r, all, 0, 1)
					unnoticed(r, 0)
					if !fault.broken {
						untouched(r, all, 0, 1)
					}
					if fault.silent {
						noticed(r, 1)
					} else {
						unnoticed(r, 1)
					}
					mended(r, 2*time.Second, 1)
				},
			})
		}
	}
	return rows
}
