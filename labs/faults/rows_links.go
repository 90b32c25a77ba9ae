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
			narrow bool // the flow must be small to fit
		}{
			{name: "connections reset", toxics: reset, silent: true, broken: true},
			{name: "a black hole", toxics: blackHole, silent: true},
			{name: "200 ms late", toxics: delay},
			{name: "one byte at a time", toxics: dribble, narrow: true},
		} {
			rows = append(rows, Row{
				Name: "a node's way " + way.name + ": " + fault.name + ", 3 s", NodeJS: true,
				Setting: setting{proxies: true},
				Prepare: func(r *run) {
					if !fault.narrow {
						return
					}
					// A byte costs a proxy and a server as much time as a packet: the flow of the other rows does not fit through two cores.
					for _, s := range r.sources() {
						s.rate /= 8
					}
				},
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
