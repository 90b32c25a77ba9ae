package faults

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/redis-chat/04-websocket-chat/talk"
)

// returning is how many clients of a node come back at once.
const returning = 2000

var crowdReturns = Row{
	Name:    "2,000 clients come back at once, after a node's return",
	NotKept: "where messages are kept, a client whose room was quiet is read all that others said since it came: 2,000 of those at once take minutes",
	Break: func(r *run) error {
		back := r.gatherTalkers(returning)
		defer back.end()
		if err := until(r.ctx, func() bool { return back.welcome.Load() >= returning }); err != nil {
			return fmt.Errorf("%d of %d clients came: %w", back.welcome.Load(), returning, err)
		}
		node := r.stage.nodes[0]
		full := r.resident()
		node.kill()
		r.wait(time.Second)
		back.welcome.Store(0)
		if err := node.start(); err != nil {
			return err
		}
		if err := until(r.ctx, func() bool { return listens(r.stage.addrs[0]) }); err != nil {
			return err
		}
		back.listening.Store(int64(r.now()))
		err := until(r.ctx, func() bool { return back.welcome.Load() >= returning })
		took := r.now() - time.Duration(back.listening.Load())
		r.check(err == nil, "all are back: %d of %d, after %v", back.welcome.Load(), returning, show(took))
		r.check(back.refused.Load() == 0, "no connection is refused: %d were", back.refused.Load())
		busiest, spread := back.spread()
		r.check(busiest < 0.5, "the jitter spreads them: over %v, %.0f %% in the busiest 100 ms", show(spread), 100*busiest)
		again := r.resident()
		r.check(again <= full*3/2, "memory stays bounded: %d MiB before, %d MiB with all back", full>>20, again>>20)
		// Nobody can count what the node's clients have missed of the flow: the node
		// was not there.
		r.gone[0] = true
		return nil
	},
	Judge: func(r *run, all []Account) {
		untouched(r, all, 1)
		clean(r, all[len(all)/2:])
		r.check(r.counted(1) == 0, "node 2 counts nothing: %d", r.counted(1))
		tellUncounted(r)
	},
}

func (r *run) resident() int {
	m, err := metrics(r.ctx, r.stage.addrs[0])
	if err != nil {
		return 1 << 40
	}
	return int(m["process_resident_memory_bytes"])
}

func listens(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// talkers are many runs of chapter 04's talk, in a room of their own at node 1.
type talkers struct {
	run       *run
	stop      context.CancelFunc
	done      sync.WaitGroup
	in        *io.PipeReader
	w         *io.PipeWriter
	welcome   atomic.Int64
	refused   atomic.Int64 // how many tries failed after the node listens again
	listening atomic.Int64 // when the node listens again, on the run's clock; 0: not yet

	mu    sync.Mutex
	times []time.Duration // of each welcome after that
}

func (r *run) gatherTalkers(n int) *talkers {
	t := &talkers{run: r}
	var ctx context.Context
	ctx, t.stop = context.WithCancel(r.ctx)
	t.in, t.w = io.Pipe()
	for i := range n {
		t.done.Go(func() {
			_ = talk.Run(ctx, talk.Options{
				URLs: r.stage.addrs[:1], Name: fmt.Sprint("t", i), Room: fmt.Sprint("crowd-", i%100), In: t.in, Out: io.Discard, Err: t,
			})
		})
		if i%50 == 49 { // the first time they come in small groups
			_ = until(r.ctx, func() bool { return t.welcome.Load() >= int64(i-50) })
		}
	}
	return t
}

// Write gets a line of one Talk.
func (t *talkers) Write(line []byte) (int, error) {
	now := t.run.now()
	listening := time.Duration(t.listening.Load())
	switch text := string(line); {
	case strings.Contains(text, "connected to node"):
		t.welcome.Add(1)
		t.mu.Lock()
		if listening > 0 {
			t.times = append(t.times, now)
		}
		t.mu.Unlock()
	case listening > 0 && now > listening+50*time.Millisecond: // a try that began before the node listened may fail after
		t.refused.Add(1)
	}
	return len(line), nil
}

// spread returns which part of all came in the busiest tenth of a second, and in how
// long all came.
func (t *talkers) spread() (busiest float64, over time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.times) == 0 {
		return 1, 0
	}
	slices.Sort(t.times)
	from := 0
	for i := range t.times {
		for t.times[i]-t.times[from] > 100*time.Millisecond {
			from++
		}
		busiest = max(busiest, float64(i-from+1)/float64(len(t.times)))
	}
	return busiest, t.times[len(t.times)-1] - t.times[0]
}

func (t *talkers) end() {
	t.stop()
	_ = t.w.Close()
	t.done.Wait()
}
