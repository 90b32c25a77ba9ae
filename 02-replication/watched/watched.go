// Package watched starts a topology of redis-server processes with Sentinels that watch it, for tests and for programs that show a
// failover.
//
// watched.go is all of it: Start, and how a Sentinel is killed, frozen and started again. Servers are numbered as in package topology, by where
// they began: after a failover the master is another one than server 0. A goroutine for each process waits for its end (see
// launch.StartProcess).
package watched

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
)

// Options says what to start. Topology's backend must be real servers; every other zero value works.
type Options struct {
	Topology  topology.Options
	Sentinels int           // default 3
	Quorum    int           // how many must agree that the master is down; default more than half
	Name      string        // of the master; default "mymaster"
	DownAfter time.Duration // without an answer for so long, a server is down to a Sentinel; default 500ms
	// FailoverTimeout is when a failover that has got stuck is given up; the next one is begun after twice as long. Default 3s.
	FailoverTimeout time.Duration
	Ports           []int // of the Sentinels; missing or 0: a free one
	// Host is the master's machine, as the Sentinels are told of it; default 127.0.0.1. For a name, Settings need "sentinel resolve-hostnames yes".
	Host     string
	Settings []string // further lines of each Sentinel's file; default none
}

func (o Options) withDefaults() Options {
	o.Sentinels = cmp.Or(o.Sentinels, 3)
	o.Quorum = cmp.Or(o.Quorum, o.Sentinels/2+1)
	o.Name = cmp.Or(o.Name, "mymaster")
	o.DownAfter = cmp.Or(o.DownAfter, 500*time.Millisecond)
	o.FailoverTimeout = cmp.Or(o.FailoverTimeout, 3*time.Second)
	return o
}

// Watched is a topology with its Sentinels.
type Watched struct {
	topology.Topology
	name      string
	sentinels []*launch.Process
}

// again is what a topology of processes can do besides.
type again interface {
	StartAgain(ctx context.Context, i int) error
}

// Start starts servers and Sentinels, and returns when each Sentinel knows all the others and all replicas, which takes two
// seconds: so often they tell each other. ctx limits the start.
func Start(ctx context.Context, o Options) (_ *Watched, err error) {
	o = o.withDefaults()
	top, err := topology.Start(ctx, o.Topology)
	if err != nil {
		return nil, err
	}
	w := &Watched{Topology: top, name: o.Name}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if _, ok := top.(again); !ok {
		return nil, errors.New("start Sentinels: they watch real servers: install redis-server")
	}
	host, port, _ := net.SplitHostPort(top.Addrs()[0])
	lines := append(slices.Clone(o.Settings),
		fmt.Sprintf("sentinel monitor %s %s %s %d", o.Name, cmp.Or(o.Host, host), port, o.Quorum),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", o.Name, o.DownAfter.Milliseconds()),
		fmt.Sprintf("sentinel failover-timeout %s %d", o.Name, o.FailoverTimeout.Milliseconds()),
	)
	for i := range o.Sentinels {
		options := launch.ProcessOptions{Sentinel: lines, LogLevel: o.Topology.LogLevel, Log: o.Topology.Log}
		if i < len(o.Ports) {
			options.Port = o.Ports[i]
		}
		p, err := launch.StartProcess(ctx, options)
		if err != nil {
			return nil, err
		}
		w.sentinels = append(w.sentinels, p)
	}
	return w, w.AwaitAgreement(ctx)
}

// Name is the master's name, as the Sentinels know it.
func (w *Watched) Name() string { return w.name }

// Sentinels gives host:port of each.
func (w *Watched) Sentinels() (addrs []string) {
	for _, s := range w.sentinels {
		addrs = append(addrs, s.Addr())
	}
	return addrs
}

// AwaitAgreement waits until each Sentinel knows all the others, and says that they can fail over.
func (w *Watched) AwaitAgreement(ctx context.Context) error {
	const pause = 20 * time.Millisecond
	for _, s := range w.sentinels {
		client := redis.NewSentinelClient(dial.Once(redis.Options{Addr: s.Addr(), Protocol: 2}))
		defer client.Close()
		for {
			missing := w.missing(ctx, client)
			if missing == "" {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("the Sentinel at %s is not ready: %s", s.Addr(), missing)
			case <-time.After(pause):
			}
		}
	}
	return nil
}

// missing says what a Sentinel does not know yet.
func (w *Watched) missing(ctx context.Context, c *redis.SentinelClient) string {
	master, err := c.Master(ctx, w.name).Result()
	if err != nil {
		return err.Error()
	}
	others, replicas := fmt.Sprint(len(w.sentinels)-1), fmt.Sprint(len(w.Addrs())-1)
	switch {
	case master["num-other-sentinels"] != others:
		return fmt.Sprintf("it knows %s of %s others", master["num-other-sentinels"], others)
	case master["num-slaves"] != replicas:
		return fmt.Sprintf("it knows %s of %s replicas", master["num-slaves"], replicas)
	case master["flags"] != "master":
		return "it says of the master: " + master["flags"]
	}
	if answer, err := c.CkQuorum(ctx, w.name).Result(); err != nil || !strings.HasPrefix(answer, "OK") {
		return fmt.Sprint(answer, err)
	}
	return ""
}

// Restart starts a killed server again on its address, empty, as what it was at first: the Sentinels make a replica of it, after
// ten seconds or so, if there is another master meanwhile.
func (w *Watched) Restart(ctx context.Context, i int) error {
	return w.Topology.(again).StartAgain(ctx, i)
}

// SentinelPID is the number of Sentinel i's process; after its end, of the last one.
func (w *Watched) SentinelPID(i int) int { return w.sentinels[i].PID() }

// KillSentinel ends Sentinel i as kill -9 does.
func (w *Watched) KillSentinel(i int) error { return w.sentinels[i].Kill() }

// RestartSentinel starts a killed Sentinel again. It knows what it knew.
func (w *Watched) RestartSentinel(ctx context.Context, i int) error {
	return w.sentinels[i].Restart(ctx)
}

// FreezeSentinel stops Sentinel i without ending it.
func (w *Watched) FreezeSentinel(i int) error { return w.sentinels[i].Freeze() }

// ThawSentinel lets a frozen Sentinel go on.
func (w *Watched) ThawSentinel(i int) error { return w.sentinels[i].Thaw() }

// FailOver has the Sentinels make another server the master (SENTINEL FAILOVER), and returns when one of them has begun. The next one is
// asked only when it is certain that the command was not sent to the one before: two that begin would be two failovers.
func (w *Watched) FailOver(ctx context.Context) error { return failOver(ctx, w.name, w.Sentinels()) }

func failOver(ctx context.Context, name string, sentinels []string) error {
	var unsent []error
	for _, addr := range sentinels {
		sent, err := failOverBy(ctx, name, addr)
		if err == nil || sent || ctx.Err() != nil {
			return err
		}
		unsent = append(unsent, err)
	}
	return errors.Join(unsent...)
}

// begins is for one Sentinel to answer.
const begins = 10 * time.Second

// failOverBy asks one Sentinel. It asks with PING first whether that one answers: a command that waits for one that is frozen is carried out
// when it thaws.
func failOverBy(ctx context.Context, name, sentinel string) (sent bool, err error) {
	client := redis.NewSentinelClient(dial.Once(redis.Options{Addr: sentinel, Protocol: 2, DialTimeout: begins, ReadTimeout: begins}))
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return false, fmt.Errorf("fail over by the Sentinel at %s: %w", sentinel, err)
	}
	err = client.Failover(ctx, name).Err()
	var refusal redis.Error
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &refusal):
		return true, fmt.Errorf("fail over by the Sentinel at %s: %w", sentinel, err)
	}
	return true, fmt.Errorf("fail over by the Sentinel at %s: it may have begun, or begin when it answers again, so no other is asked: %w", sentinel, err)
}

// Close ends all of them.
func (w *Watched) Close() error {
	var errs []error
	for _, s := range w.sentinels {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.Topology.Close())...)
}
