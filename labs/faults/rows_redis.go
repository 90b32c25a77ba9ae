package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Faults of the Redis servers: of node 2's replica, or of the master.

var replicaKilled = Row{
	Name: "a replica killed, back after 3 s", First: true, FirstKept: true, NodeJS: true,
	Break: killReplica(lasts(3 * time.Second)),
	Judge: func(r *run, all []Account) {
		clean(r, all)
		untouched(r, all, 0)
		counts(r, all, 0, 1)
		noticed(r, 1)
		back(r, 1)
	},
}

// lasts is how long a fault lasts.
func lasts(d time.Duration) func(*run) error {
	return func(r *run) error { r.wait(d); return nil }
}

func killReplica(lasts func(*run) error) func(*run) error {
	return func(r *run) error {
		if err := r.stage.top.Kill(2); err != nil {
			return err
		}
		if err := lasts(r); err != nil {
			return err
		}
		return r.stage.top.Restart(r.ctx, 2)
	}
}

var replicaFrozen = Row{
	Name: "a replica frozen for 5 s", First: true, NodeJS: true,
	Break: freeze(2, lasts(5*time.Second)),
	Judge: func(r *run, all []Account) {
		clean(r, all)
		untouched(r, all, 0, 1) // the connection is kept, and brings it late
		counts(r, all, 0, 1)
		noticed(r, 1)
		mended(r, soon, 1)
	},
}

// replicaFrozenUnprobed shows why there are probes: the connection stays open, and
// without probes the node notices nothing.
var replicaFrozenUnprobed = Row{
	Name:    "a replica frozen for 5 s, without probes (PROBE_INTERVAL=1h)",
	Setting: setting{env: []string{"PROBE_INTERVAL=1h"}, unprobed: true},
	Break:   freeze(2, lasts(5*time.Second)),
	Judge: func(r *run, all []Account) {
		clean(r, all)
		untouched(r, all, 0)
		unnoticed(r, 1)
	},
}

func freeze(server int, lasts func(*run) error) func(*run) error {
	return func(r *run) error {
		if err := r.stage.top.Freeze(server); err != nil {
			return err
		}
		r.frozen = r.now()
		if err := lasts(r); err != nil {
			return err
		}
		r.mended = r.now()
		return r.stage.top.Thaw(server)
	}
}

var linkCut = Row{
	Name: "a replica's link to the master cut for 3 s", First: true, NodeJS: true,
	Break: cut,
	Judge: func(r *run, all []Account) {
		clean(r, all)
		untouched(r, all, 0, 1) // a partial resync brings the rest
		counts(r, all, 0, 1)
		noticed(r, 1)
		back(r, 1)
	},
}

var backlogOverflown = Row{
	Name: "a replica's link cut for 3 s, past the master's backlog of 16 KiB", First: true, NodeJS: true,
	OnlyReal: "embedded servers have no backlog to set: CONFIG SET repl-backlog-size is Redis' own",
	Break: func(r *run) error {
		master := redis.NewClient(dial.Once(redis.Options{Addr: r.stage.top.Addrs()[0]}))
		defer master.Close()
		if err := master.ConfigSet(r.ctx, "repl-backlog-size", "16384").Err(); err != nil {
			return fmt.Errorf("make the backlog small: %w", err)
		}
		return cut(r)
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		untouched(r, all, 0)
		if !r.stage.system.Keeps { // a copy of all keys has the stream in it
			_, most := missed(all, 1)
			r.check(most > 0, "a full resync loses what was sent meanwhile: %d", most)
		}
		counts(r, all, 0, 1)
		noticed(r, 1)
		back(r, 1)
	},
}

func cut(r *run) error {
	if err := r.stage.top.Cut(2); err != nil {
		return err
	}
	r.wait(3 * time.Second)
	return r.stage.top.Mend(r.ctx, 2)
}

var masterKilled = Row{
	Name: "the master killed, back after 3 s", First: true, NodeJS: true, KeptReal: forgets, Setting: setting{comesBack: true},
	Break: func(r *run) error {
		if err := r.stage.top.Kill(0); err != nil {
			return err
		}
		r.wait(3 * time.Second)
		return r.restartMaster()
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		counts(r, all, 0, 1)
		noticed(r, 0, 1)
		back(r, 0, 1)
	},
}

const forgets = "an embedded master that is killed comes back without the stream: it has no disk"

// restartMaster returns when the replicas have found it: they look once a second.
func (r *run) restartMaster() error {
	if err := r.stage.top.Restart(r.ctx, 0); err != nil {
		return err
	}
	return r.awaitLinks()
}

// awaitLinks returns when both replicas get the master's stream.
func (r *run) awaitLinks() error {
	return until(r.ctx, func() bool {
		for _, link := range r.links {
			if !link.last().well {
				return false
			}
		}
		return true
	})
}

var masterFrozen = Row{
	Name: "the master frozen for 5 s", First: true, NodeJS: true,
	Break: freeze(0, lasts(5*time.Second)),
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		untouched(r, all, 0, 1)
		for _, s := range r.sources() {
			// Messages on their way when the freeze begins may have been published.
			n := s.acceptedWithin(r.frozen+20*time.Millisecond, r.mended)
			r.check(n == 0, "the %s gets no acknowledgement of a frozen master: %d", s.name, n)
		}
		counts(r, all, 0, 1)
		noticed(r, 0, 1)
		mended(r, soon, 0, 1)
	},
}

var allRestarted = Row{
	Name: "all three Redis servers killed and started again, one by one", First: true, NodeJS: true, KeptReal: forgets, Setting: setting{comesBack: true},
	Break: func(r *run) error {
		for _, server := range []int{1, 2, 0} {
			if err := r.stage.top.Kill(server); err != nil {
				return err
			}
			r.wait(time.Second)
			ctx, cancel := context.WithTimeout(r.ctx, patience)
			err := r.stage.top.Restart(ctx, server)
			cancel()
			if err != nil {
				return err
			}
			r.awaitReady()
		}
		return nil
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		counts(r, all, 0, 1)
		noticed(r, 0)
		back(r, 0, 1)
	},
}
