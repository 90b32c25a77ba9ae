package lab

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.com/redis-chat/labs/idle/crowd"
)

const (
	// settle is how long a crowd is left alone before memory is read: each is pinged once and more meanwhile, and the node
	// has given back what the rush has left.
	settle = 30 * time.Second
	// spare are descriptors for all else that a process has open, and for what a node keeps for /readyz and the like.
	spare = 1500
)

// Compare connects so many idle clients to a node of each kind, one kind after the other, and says what each costs.
func Compare(ctx context.Context, out io.Writer, conns, rounds int) error {
	limit, err := raiseLimit(conns + spare)
	if err != nil {
		return err
	}
	if conns+spare > limit {
		fmt.Fprintf(out, "Of %d connections %d fit: a process here may have %d descriptors (ulimit -n).\n", conns, limit-spare, limit)
		conns = limit - spare
	}
	fmt.Fprintf(out, "  %-10s  %11s  %8s  %12s\n", "READS BY", "CONNECTIONS", "KIB EACH", "KIB ONE MORE")
	for range rounds {
		for _, kind := range []Kind{Goroutines, Poller} {
			if err := compareOne(ctx, out, kind, conns); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareOne measures the memory of a node without clients, with half of them, and with all. Between the last two lies what one
// more costs: the first also bring what a node needs once.
func compareOne(ctx context.Context, out io.Writer, kind Kind, conns int) error {
	c, err := startCluster(ctx, kind, 1)
	if err != nil {
		return err
	}
	defer c.close()
	people, err := crowd.New(c.addrs()...)
	if err != nil {
		return err
	}
	defer people.Close()
	memory := make([]int64, 3)
	for i, more := range []int{0, conns / 2, conns - conns/2} {
		if err := people.Grow(ctx, more); err != nil {
			return err
		}
		if err := pause(ctx, settle); err != nil {
			return err
		}
		if memory[i], err = c.resident(); err != nil {
			return err
		}
	}
	each := func(bytes int64, conns int) float64 { return float64(bytes) / 1024 / float64(conns) }
	_, err = fmt.Fprintf(out, "  %-10s  %11d  %8.2f  %12.2f\n", kind, people.Size(),
		each(memory[2]-memory[0], conns), each(memory[2]-memory[1], conns-conns/2))
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
