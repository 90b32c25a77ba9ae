package redistest

import (
	"context"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"
)

// Far makes a dialer of a server that is far away: every packet takes oneWay, in each
// direction, and dialing takes both. Of the packets a share is lost, from 0 to 1, which TCP
// notices and mends after a round trip and 200 ms
// (https://www.rfc-editor.org/rfc/rfc6298, as Linux does it). Which are lost is the same in each run.
// Within testing/synctest, dial must lead to a net.Pipe.
func Far(dial func(ctx context.Context, network, addr string) (net.Conn, error), oneWay func() time.Duration, lost float64) func(ctx context.Context, network, addr string) (net.Conn, error) {
	var dials atomic.Uint64
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-time.After(2 * oneWay()):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		server, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		ours, theirs := net.Pipe()
		seed := dials.Add(1)
		go carry(server, ours, oneWay, lost, rand.New(rand.NewPCG(seed, 1)))
		go carry(ours, server, oneWay, lost, rand.New(rand.NewPCG(seed, 2)))
		return theirs, nil
	}
}

// carry copies in one direction, late and in order, until one end is closed.
func carry(to, from net.Conn, oneWay func() time.Duration, lost float64, chance *rand.Rand) {
	type packet struct {
		bytes []byte
		due   time.Time
	}
	packets := make(chan packet, 1<<12)
	go func() {
		defer to.Close()
		for p := range packets {
			// Not <-time.After: with the race detector and a timer's channel for each packet,
			// testing/synctest (Go 1.26.8) ended the whole program, once in 200 tests.
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.bytes); err != nil {
				from.Close()
			}
		}
	}()
	defer close(packets)
	for {
		bytes := make([]byte, 32<<10)
		n, err := from.Read(bytes)
		if err != nil {
			return
		}
		due := time.Now().Add(oneWay())
		if chance.Float64() < lost {
			due = due.Add(2*oneWay() + 200*time.Millisecond)
		}
		packets <- packet{bytes[:n], due}
	}
}
