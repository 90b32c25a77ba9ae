package failover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
)

// Experiment is one thing to see.
type Experiment struct {
	Name    string // a word
	Predict string // the question to answer before it runs, with patienceWord for how patient the Sentinels are
	Options watched.Options
	run     func(*bench) error
}

// patienceWord stands in a question for the Sentinels' down-after in milliseconds, which a flag may change.
const patienceWord = "{down-after}"

// Question is what to answer before it runs, with the options that it has now.
func (e Experiment) Question() string {
	return strings.ReplaceAll(e.Predict, patienceWord, fmt.Sprint(e.Options.DownAfter.Milliseconds()))
}

// Experiments are all of them, in the lesson's order.
func Experiments() []Experiment {
	return []Experiment{twoMasters, followed, hasty, isolated, mapped, inside, names}
}

// Possible says what the machine lacks for it.
func (e Experiment) Possible() error {
	if _, err := launch.FindServer(); err != nil {
		return fmt.Errorf("%s needs real servers, as an embedded one knows no Sentinel: %w", e.Name, err)
	}
	return nil
}

// Run runs one and writes what happens to out.
func (e Experiment) Run(ctx context.Context, out io.Writer) error {
	if err := e.Possible(); err != nil {
		return err
	}
	o := e.Options
	o.Topology = topology.Options{Backend: launch.Backend{Kind: launch.KindServer}}
	servers, err := watched.Start(ctx, o)
	if err != nil {
		return err
	}
	b := &bench{ctx: ctx, out: out, servers: servers, began: time.Now()}
	return errors.Join(e.run(b), b.close(), servers.Close())
}

// bench is what an experiment runs on.
type bench struct {
	ctx     context.Context
	out     io.Writer
	servers *watched.Watched
	lone    *launch.Process // the Sentinel in place of theirs; nil: there is none
	doors   []*door

	mu    sync.Mutex // a flow of messages notes things, too
	began time.Time
}

// close ends what an experiment has started besides.
func (b *bench) close() error {
	for _, d := range b.doors {
		d.close()
	}
	if b.lone == nil {
		return nil
	}
	return b.lone.Close()
}

// note writes a line with the time.
func (b *bench) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintf(b.out, "%6.2f s  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// restart sets the clock to zero: what is measured begins now.
func (b *bench) restart(format string, args ...any) {
	b.mu.Lock()
	b.began = time.Now()
	b.mu.Unlock()
	b.note(format, args...)
}

// server is a client of one server, which tries everything once; it is to be closed.
func (b *bench) server(i int) *redis.Client {
	return redis.NewClient(dial.Once(redis.Options{Addr: b.servers.Addrs()[i], DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
}

// role is what a server calls itself; nothing, when it does not answer.
func (b *bench) role(i int) replication.Role {
	c := b.server(i)
	defer c.Close()
	role, err := replication.ReadRole(b.ctx, c)
	if err != nil {
		return replication.Role{}
	}
	return role
}

// patience ends a wait for what is bound to come.
const patience = 2 * time.Minute

// until waits for something.
func (b *bench) until(what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// newMaster waits until one of the replicas is the master, and returns which.
func (b *bench) newMaster() (promoted int, err error) {
	err = b.until("another server is the master", func() bool {
		for _, i := range []int{1, 2} {
			if b.role(i).Name == replication.Master {
				promoted = i
			}
		}
		return promoted > 0
	})
	return promoted, err
}
