package faults

import (
	"fmt"
	"slices"
	"time"
)

// stalledShare of the clients stop reading: 2 of 10 at each node.
const stalledShare = 5

var clientsStalled = Row{
	Name:    "20 % of the clients stop reading",
	Setting: setting{env: []string{"MAX_QUEUE_BYTES=262144"}},
	Prepare: func(r *run) {
		// Large messages, so that the stalled ones' sockets and queues are full soon.
		for _, s := range r.sources() {
			s.size = 4 << 10
		}
	},
	Break: func(r *run) error {
		var others []*client
		var stalled []*client
		for i, cl := range r.receivers {
			if i%stalledShare == 0 {
				stalled = append(stalled, cl)
			} else {
				others = append(others, cl)
			}
		}
		heap := r.heap()
		// They take turns, so that other work of the machine hits both alike.
		const rounds = 7
		var ratios []float64
		for round := range rounds {
			alone := p99(r, others, 2*time.Second)
			for _, cl := range stalled {
				cl.stopReading()
			}
			beside := p99(r, others, 2*time.Second)
			if err := until(r.ctx, func() bool { return r.slow() >= (round+1)*len(stalled) }); err != nil {
				return fmt.Errorf("the stalled clients are not closed: %w", err)
			}
			for _, cl := range stalled {
				cl.readAgain()
			}
			_ = until(r.ctx, func() bool { return total(codes(stalled)) >= (round+1)*len(stalled) })
			r.awaitAll(r.ctx)
			r.awaitNews(stalled) // one that is getting what it missed has no queue yet
			ratios = append(ratios, beside.Seconds()/alone.Seconds())
			r.tell("the others' p99 with all reading %v µs, with the stalled %v µs", alone.Microseconds(), beside.Microseconds())
		}
		slices.Sort(ratios)
		r.check(ratios[rounds/2] <= 1.1, "the others' p99 is within 10 %%: × %.2f (median of %d pairs)", ratios[rounds/2], rounds)
		ends := codes(stalled)
		// One that comes back for what it missed may be too slow for what is new, too.
		again := r.stage.system.Keeps && ends[1013] > len(stalled)*rounds
		r.check(again || ends[1013] == len(stalled)*rounds, "each stall ends with 1013: %d of %d (ends by code: %v)", ends[1013], len(stalled)*rounds, ends)
		level := heap
		err := until(r.ctx, func() bool { level = r.heap(); return level <= heap+2<<20 })
		r.check(err == nil, "a node's heap is back at its level: %d KiB before, %d KiB after", heap>>10, level>>10)
		return nil
	},
	Judge: func(r *run, all []Account) {
		var reading []Account
		for i, a := range all {
			if i%stalledShare != 0 {
				reading = append(reading, a)
			}
		}
		clean(r, reading)
		answered(r)
		untouched(r, reading, 0, 1)
		unnoticed(r, 0, 1)
	},
}

// awaitNews returns when each of these clients has got all that it missed, and something that was sent after this moment.
func (r *run) awaitNews(clients []*client) {
	var after []int
	for _, s := range r.sources() {
		after = append(after, s.numbered())
	}
	_ = until(r.ctx, func() bool {
		for _, cl := range clients {
			if cl.owed.Load() {
				return false
			}
			for i, s := range r.sources() {
				if !cl.got.has(s.id, after[i]) {
					return false
				}
			}
		}
		return true
	})
}

// heap is the size of node 1's heap in bytes.
func (r *run) heap() int {
	m, err := metrics(r.ctx, r.stage.addrs[0])
	if err != nil {
		return 1 << 40 // not known: as if it had not shrunk
	}
	return int(m["go_memstats_heap_alloc_bytes"])
}

// p99 is the 99th percentile of the time that these clients waited for their messages.
func p99(r *run, clients []*client, window time.Duration) time.Duration {
	sources := r.sources()
	for _, cl := range clients {
		cl.got.measure(func(s stamp) time.Duration {
			src := sources[s.source]
			src.mu.Lock()
			defer src.mu.Unlock()
			return src.sent[s.seq-1]
		})
	}
	r.wait(window)
	var all []time.Duration
	for _, cl := range clients {
		all = append(all, cl.got.measured()...)
	}
	if len(all) == 0 {
		return patience
	}
	slices.Sort(all)
	return all[len(all)*99/100]
}

func (r *record) measure(sentAt func(stamp) time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sentAt, r.late = sentAt, nil
}

func (r *record) measured() []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sentAt = nil
	return r.late
}

// slow is how many clients the nodes have given up, as the nodes count them: a client
// that reads nothing does not know.
func (r *run) slow() (n int) {
	for _, addr := range r.stage.addrs {
		if m, err := metrics(r.ctx, addr); err == nil {
			n += int(m["chat_slow_clients_total"])
		}
	}
	return n
}

// codes are the close codes of all ended connections of these clients.
func codes(clients []*client) map[int]int {
	all := map[int]int{}
	for _, cl := range clients {
		cl.got.mu.Lock()
		for _, c := range cl.got.closed {
			all[c.code]++
		}
		cl.got.mu.Unlock()
	}
	return all
}

func total(counts map[int]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}
