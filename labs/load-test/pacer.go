package loadtest

import (
	"context"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// schedule is when messages are to be sent. It is fixed before the first one
// leaves, and no slow server changes it: the load is open. Messages are evenly
// spaced, and the senders take turns.
type schedule struct {
	start, since, until int64   // of the lab's clock: the first message, the first that counts, the end
	every               float64 // nanoseconds between two messages
	size                int
}

func (l Load) schedule(start int64) schedule {
	since := start + int64(l.Warmup)
	return schedule{start: start, since: since, until: since + int64(l.Length), every: float64(time.Second) / l.Rate, size: l.Size}
}

// at is when message n is to be sent, counted from 0.
func (s schedule) at(n int64) int64 { return s.start + int64(float64(n)*s.every) }

// pacers bounds the goroutines that send: each sleeps in the kernel and holds a
// thread meanwhile.
const pacers = 4

// send sends what the schedule says, until its end or that of ctx. It returns
// how many messages of each sender count, and in microseconds how late they left.
func (c *crowd) send(ctx context.Context, s schedule) (sent []int64, late *hdrhistogram.Histogram) {
	senders := int64(len(c.senders))
	sent, late = make([]int64, senders), newHistogram()
	several := min(pacers, senders)
	var sending sync.WaitGroup
	var mu sync.Mutex // guards late
	for p := range several {
		sending.Go(func() {
			h := newHistogram()
			var data, text, frame []byte
			broken := map[int64]bool{} // senders whose connection failed: their messages are lost, and nobody waits for it
			for n := int64(0); ; n++ {
				who := n % senders
				at := s.at(n)
				if at >= s.until || ctx.Err() != nil {
					break
				}
				if who%several != p {
					continue // another pacer's
				}
				sleepUntil(at)
				if at >= s.since {
					sent[who]++
					_ = h.RecordValue(min(max((now()-at)/1000, 1), time.Minute.Microseconds()))
				}
				if broken[who] {
					continue
				}
				from := c.senders[who]
				data = stamp{sender: uint16(from.sender), seq: uint32(n/senders) + 1, at: at}.appendTo(data[:0], s.size)
				text = from.protocol.Message(text[:0], from.room.name, data)
				frame = appendFrame(frame[:0], opText, text)
				if err := from.write(frame); err != nil {
					broken[who] = true
					c.engines[0].recorder.broke(from, err)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			late.Merge(h)
		})
	}
	sending.Wait()
	return sent, late
}
