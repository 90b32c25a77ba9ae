package replication

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Report is what Check found.
type Report struct {
	Servers  []Server // in the order asked for
	Key      string   // the key that was written at the master as proof; it is gone again
	Problems []string // sentences; none: all is well
}

// Server is one server as Check found it.
type Server struct {
	Addr     string
	Answered bool // the rest is known
	Role     Role
	LagBytes int64         // of a replica: bytes of its master's stream that it has not processed; -1: unknown
	Lag      time.Duration // of a replica: from the master's answer to a write until a read at the replica shows it; -1: it did not
	Refusal  string        // of a replica: how it refused a write
}

// CheckOptions are the options of Check. The zero value works.
type CheckOptions struct {
	dial.Login               // at all servers; default none
	Patience   time.Duration // how long a replica may take to show what was written at the master, and each server to answer (but a second at least); default 2s
}

// proofValue is the value that the post that this chapter follows writes into its key.
const proofValue = "test-data"

// Check looks whether these servers are one master and its replicas, and proves it by a write. It writes one key, which
// it removes again (and which ends by itself after 30 s), and never takes longer than about twice the patience.
func Check(ctx context.Context, addrs []string, o CheckOptions) Report {
	if o.Patience <= 0 {
		o.Patience = 2 * time.Second
	}
	r := Report{Servers: make([]Server, len(addrs)), Key: "workbook:check:" + rand.Text()[:8]}
	clients := make([]*redis.Client, len(addrs))
	for i, addr := range addrs {
		clients[i] = redis.NewClient(o.client(addr))
		defer clients[i].Close()
	}

	problems := make([]string, len(addrs)) // one place for each server, so that they come in order
	each(addrs, func(i int) { r.Servers[i], problems[i] = look(ctx, clients[i], addrs[i]) })
	r.addProblems(problems)
	master, ok := r.master()
	if !ok {
		return r
	}
	r.measureBytes(ctx, clients, master)

	if err := clients[master].Set(ctx, r.Key, proofValue, 30*time.Second).Err(); err != nil {
		if redis.HasErrorPrefix(err, "READONLY") {
			r.problem("%s said that it is a master, and a moment later that it is a replica: a failover is going on; check again (%v)", addrs[master], err)
			return r
		}
		r.problem("%s is a master and did not take a write: %v", addrs[master], err)
		return r
	}
	written := time.Now()
	clear(problems)
	each(addrs, func(i int) {
		if s := &r.Servers[i]; i != master && s.Answered {
			problems[i] = s.prove(ctx, clients[i], addrs[master], r.Key, written, o.Patience)
		}
	})
	r.addProblems(problems)
	if err := clients[master].Del(ctx, r.Key).Err(); err != nil {
		r.problem("%s did not remove the key %s, which ends by itself after 30 seconds: %v", addrs[master], r.Key, err)
	}
	return r
}

func (o CheckOptions) client(addr string) *redis.Options {
	options := o.Login.Options(addr)
	limit := max(o.Patience, time.Second)
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = limit, limit, limit
	return options
}

// master finds the one master among the servers that have answered.
func (r *Report) master() (index int, ok bool) {
	var masters []int
	answered := 0
	for i, s := range r.Servers {
		if s.Answered {
			answered++
			if s.Role.Name == Master {
				masters = append(masters, i)
			}
		}
	}
	switch {
	case answered == 0:
		return 0, false
	case len(masters) == 0 && answered == len(r.Servers):
		r.problem("there is no master among these: %s is a replica of %s; name that too", r.Servers[0].Addr, r.Servers[0].Role.Master)
		return 0, false
	case len(masters) == 0:
		r.problem("there is no master among those that answer, so there is nothing to prove")
		return 0, false
	case len(masters) > 1:
		a, b := r.Servers[masters[0]].Addr, r.Servers[masters[1]].Addr
		r.problem("there are two masters, %s and %s: make one a replica: tell it REPLICAOF host port", a, b)
		return 0, false
	}
	return masters[0], true
}

// measureBytes asks the replicas first and the master last. So the lag can only be too large: by the bytes written meanwhile.
func (r *Report) measureBytes(ctx context.Context, clients []*redis.Client, master int) {
	for i := range r.Servers {
		if s := &r.Servers[i]; i != master && s.Answered && s.Role.Offset < 0 { // ROLE says -1 while the link is down, INFO does not
			text, _ := clients[i].Info(ctx, "replication").Result() // without an answer: 0
			s.Role.Offset, _ = InfoNumber(text, "slave_repl_offset")
		}
	}
	now, err := ReadRole(ctx, clients[master])
	if err != nil {
		return
	}
	r.Servers[master].Role = now
	for i := range r.Servers {
		if s := &r.Servers[i]; i != master && s.Answered {
			s.LagBytes = now.Offset - s.Role.Offset
		}
	}
}

// prove waits until the replica shows what the master has taken, then tries to write at the replica.
func (s *Server) prove(ctx context.Context, c *redis.Client, master, key string, written time.Time, patience time.Duration) (problem string) {
	err := c.Set(ctx, key+":refused", "x", time.Second).Err()
	if err == nil {
		c.Del(ctx, key+":refused")
		problem = fmt.Sprintf("%s is a replica and took a write, which its master will never have: set replica-read-only yes", s.Addr)
	} else {
		s.Refusal = err.Error()
	}
	if s.Role.Link != Connected {
		return fmt.Sprintf("%s has no link to its master %s (%s): %s", s.Addr, s.Role.Master, s.Role.Link, linkAdvice(s.Role.Link))
	}
	for deadline := written.Add(patience); ; time.Sleep(100 * time.Microsecond) {
		value, err := c.Get(ctx, key).Result()
		switch {
		case err == nil && value == proofValue:
			s.Lag = time.Since(written)
			return problem
		case err != nil && !errors.Is(err, redis.Nil):
			return fmt.Sprintf("%s did not answer GET: %v", s.Addr, err)
		case time.Now().Before(deadline):
		case s.Role.Master != master:
			return fmt.Sprintf("%s is a replica of another master, %s: what was written at %s did not arrive", s.Addr, s.Role.Master, master)
		default:
			return fmt.Sprintf("%s says that it is linked to %s, but what was written there did not arrive within %v", s.Addr, master, patience)
		}
	}
}

func linkAdvice(link string) string {
	if link == "sync" {
		return "it is being sent a copy of all keys; try again when that is done"
	}
	return "is the master there, and does it accept this replica (masterauth)? The replica's log says why"
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

func (r *Report) addProblems(problems []string) {
	for _, p := range problems {
		if p != "" {
			r.problem("%s", p)
		}
	}
}

// each runs f for every server at once, so that one that does not answer costs its own time only.
func each(addrs []string, f func(i int)) {
	var wg sync.WaitGroup
	for i := range addrs {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
