package faults

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Row is one fault: how it is made, and the promises that must hold.
type Row struct {
	Name      string
	First     bool   // it is one of those that continuous integration runs
	FirstKept bool   // so with streams
	OnlyReal  string // why it needs real servers; "": embedded ones do, too
	NodeJS    bool   // it is run on the Node.js stack, too
	NotKept   string // why it is not put on a system that keeps messages; "": it is
	KeptReal  string // why a system that keeps messages needs real ones, where others do not; "": it does not
	Setting   setting
	Prepare   func(*run)       // before anybody connects
	Calm      func(*run) error // lets the flow run before the fault, and again after the recovery; nil: for a second each
	Break     func(*run) error // returns when the fault is over
	Judge     func(*run, []Account)
}

// Result is one fault on one system.
type Result struct {
	Row      string
	System   string
	Skipped  string // why it was not run; then all else is empty
	Accounts []Account
	Counted  [nodeCount]int // how many messages each node says that it has missed
	Tells    bool           // the system counts missed messages at all
	Gone     [nodeCount]bool
	Checks   []Check
	Facts    []string
	Took     time.Duration
}

// Holds reports whether every promise holds.
func (r *Result) Holds() bool {
	for _, c := range r.Checks {
		if !c.Holds {
			return false
		}
	}
	return true
}

// Put starts a system, makes one fault in it, and ends it.
func Put(ctx context.Context, backend launch.Backend, system System, receivers int, row Row) (Result, error) {
	result := Result{Row: row.Name, System: system.Name, Tells: system.Tells}
	if result.Skipped = row.skips(backend, system); result.Skipped != "" {
		return result, nil
	}
	began := time.Now()
	setting := row.Setting
	if !system.Tells {
		setting.env = nil // only our nodes know these variables
	}
	st, err := raise(ctx, backend, system, setting)
	if err != nil {
		return result, fmt.Errorf("%s: %w", row.Name, err)
	}
	defer st.close()
	if err := result.put(ctx, st, receivers, row); err != nil {
		return result, err
	}
	result.Took = time.Since(began)
	return result, nil
}

// skips is why the row is not put on that system; "": it is.
func (row *Row) skips(backend launch.Backend, system System) string {
	switch {
	case system.Keeps && row.NotKept != "":
		return row.NotKept
	case backend.Kind == launch.KindServer:
		return ""
	case system.Keeps:
		return cmp.Or(row.OnlyReal, row.KeptReal)
	}
	return row.OnlyReal
}

// put is Put on a system that runs.
func (res *Result) put(ctx context.Context, st *stage, receivers int, row Row) error {
	r, err := put(ctx, st, receivers, row)
	if err != nil {
		return err
	}
	res.Accounts, res.Gone = r.accounts(), r.gone
	if st.system.Tells {
		for i := range nodeCount {
			if !r.gone[i] {
				res.Counted[i] = r.counted(i)
			}
		}
		row.Judge(r, res.Accounts)
		if st.system.Keeps {
			kept(r, res.Accounts)
			r.tell("no emitter: it publishes by Pub/Sub, which these nodes do not hear")
		}
		r.tell("the machine itself was late by %s at most, so %s more are allowed where a time is promised", show(r.lateness()), show(r.allowance()))
	}
	res.Checks, res.Facts = r.checks, r.facts
	if !res.Holds() {
		for _, n := range st.nodes {
			res.Facts = append(res.Facts, n.name+" said: "+n.said())
		}
	}
	return nil
}
