package faults

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Soak is the result of many random faults on one system, one after the other. Between
// them, when nobody is connected, node 1's memory, goroutines and files are measured.
type Soak struct {
	Rounds  int
	Wrong   []string // broken promises, each with its round
	Sent    int      // messages of all rounds
	Lost    int      // messages that one of node 2's clients missed
	Counted int      // messages that node 2 counted as missed
	Holds   []Held   // of node 1, which is never killed
}

// Held is what node 1 holds between two rounds, without clients.
type Held struct {
	At         time.Duration
	Goroutines int
	Files      int // descriptors
	Heap       int // bytes
	Resident   int // bytes
}

// soakRows are the rows that do not end node 1's process and can follow each other on
// one system.
func soakRows(backend launch.Backend) (rows []Row) {
	all := append([]Row{replicaKilled, replicaFrozen, linkCut, masterKilled, masterFrozen, allRestarted, nothing, otherNodeKilled}, linkRows()...)
	for _, row := range all {
		if row.OnlyReal == "" || backend.Kind == launch.KindServer {
			rows = append(rows, row)
		}
	}
	return rows
}

var nothing = Row{
	Name:  "nothing breaks",
	Break: func(r *run) error { r.wait(2 * time.Second); return nil },
	Judge: func(r *run, all []Account) { clean(r, all); answered(r); untouched(r, all, 0, 1); counts(r, all, 0, 1) },
}

// otherNodeKilled kills node 2 and starts it again; its clients come back to it.
var otherNodeKilled = Row{
	Name: "node 2 killed, back after 1 s",
	Break: func(r *run) error {
		r.gone[1] = true
		r.stage.nodes[1].kill()
		r.wait(time.Second)
		if err := r.stage.nodes[1].start(); err != nil {
			return err
		}
		r.awaitAll(r.ctx)
		return nil
	},
	Judge: func(r *run, all []Account) {
		clean(r, all[:len(all)/2])
		untouched(r, all, 0)
		r.check(r.counted(0) == 0, "node 1 counts nothing: %d", r.counted(0))
	},
}

// For makes random faults in a system for a time, and writes a line about each round to
// say.
func For(ctx context.Context, backend launch.Backend, s System, long time.Duration, seed uint64, say io.Writer) (soak Soak, err error) {
	st, err := raise(ctx, backend, s, setting{proxies: true})
	if err != nil {
		return soak, err
	}
	defer st.close()
	random, rows := rand.New(rand.NewPCG(seed, seed)), soakRows(backend)
	began := time.Now()
	for time.Since(began) < long && ctx.Err() == nil {
		row := rows[random.IntN(len(rows))]
		var res Result
		if err := res.put(ctx, st, Receivers, row); err != nil {
			return soak, fmt.Errorf("round %d, %s: %w", soak.Rounds+1, row.Name, err)
		}
		soak.add(&res, row)
		held, err := st.held(ctx, time.Since(began))
		if err != nil {
			return soak, err
		}
		soak.Holds = append(soak.Holds, held)
		fmt.Fprintf(say, "%6.0f s  %-55s  missed %d, counted %d; node 1: %d goroutines, %d files, heap %d KiB, resident %d MiB\n",
			held.At.Seconds(), row.Name, res.Accounts[Receivers].Missed(), res.Counted[1], held.Goroutines, held.Files, held.Heap>>10, held.Resident>>20)
	}
	return soak, ctx.Err()
}

func (k *Soak) add(res *Result, row Row) {
	k.Rounds++
	a := res.Accounts[Receivers] // the first at node 2
	k.Sent, k.Counted = k.Sent+a.Sent, k.Counted+res.Counted[1]
	if !res.Gone[1] {
		k.Lost += a.Missed()
	}
	for _, c := range res.Checks {
		if !c.Holds {
			k.Wrong = append(k.Wrong, fmt.Sprintf("round %d, %s: NOT: %s", k.Rounds, row.Name, c.What))
		}
	}
}

// held measures node 1 once its clients are gone.
func (st *stage) held(ctx context.Context, at time.Duration) (Held, error) {
	var h Held
	err := until(ctx, func() bool {
		m, err := metrics(ctx, st.addrs[0])
		h = Held{at, int(m["go_goroutines"]), int(m["process_open_fds"]), int(m["go_memstats_heap_alloc_bytes"]), int(m["process_resident_memory_bytes"])}
		return err == nil && m["chat_connections"] == 0
	})
	if err != nil {
		return h, fmt.Errorf("node 1's clients are gone, and it holds them still: %w", err)
	}
	return h, nil
}

// Grown names the quantities that have grown: their median in the last third of the
// soak is more than a tenth above that of the second third. It returns nil when nothing
// has grown. The first third is left out: memory finds its level.
func (k *Soak) Grown() (grown []string) {
	n := len(k.Holds) / 3
	if n < 3 {
		return nil
	}
	for _, what := range []struct {
		name  string
		get   func(Held) int
		slack float64
	}{
		{"goroutines", func(h Held) int { return h.Goroutines }, 1.1},
		{"open files", func(h Held) int { return h.Files }, 1.1},
		{"resident memory", func(h Held) int { return h.Resident }, 1.1},
	} {
		before, after := median(k.Holds[n:2*n], what.get), median(k.Holds[len(k.Holds)-n:], what.get)
		if float64(after) > float64(before)*what.slack {
			grown = append(grown, fmt.Sprintf("%s: %d, then %d", what.name, before, after))
		}
	}
	return grown
}

func median(held []Held, get func(Held) int) int {
	var values []int
	for _, h := range held {
		values = append(values, get(h))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
