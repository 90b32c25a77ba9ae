package faults

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
)

// Faults of who is the master. Nobody here asks a Sentinel: another lab will. What
// must hold without one is that nobody is told that a message was taken when it was not.

const failoverNeedsReal = "embedded servers know no failover: FAILOVER and REPLICAOF are Redis' own"

var demotedAlone = Row{
	Name: "the master made a replica for 3 s; node 1 knows no other server", OnlyReal: failoverNeedsReal,
	Setting: setting{alone: true},
	Break:   failOver,
	Judge:   judgeDemoted,
}

var demoted = Row{
	Name: "the master made a replica for 3 s, by FAILOVER TO node 1's replica", OnlyReal: failoverNeedsReal,
	Break: failOver,
	Judge: judgeDemoted,
}

func judgeDemoted(r *run, all []Account) {
	clean(r, all)
	answered(r)
	nothingAccepted(r)
	counts(r, all, 0, 1)
	noticed(r, 0, 1)
	mended(r, 2*time.Second, 0, 1)
}

// nothingAccepted: no node acknowledges a message while the server that it publishes at
// is no master, or none that others follow.
func nothingAccepted(r *run) {
	for _, s := range r.senders {
		n := s.source.acceptedWithin(r.frozen, r.healing)
		r.check(n == 0, "the %s gets no acknowledgement of a server that is not the master: %d", s.source.name, n)
	}
}

// failOver makes the first replica the master, and after 3 s server 0 again. Nobody's
// connection closes, and every PUBLISH is answered.
func failOver(r *run) error {
	if err := r.failOverTo(0, 1); err != nil {
		return err
	}
	r.frozen = r.now()
	r.wait(3 * time.Second)
	r.healing = r.now()
	if err := r.failOverTo(1, 0); err != nil {
		return err
	}
	return r.awaitLinks()
}

// failOverTo has a master hand over to one of its replicas, and returns when both say so.
func (r *run) failOverTo(master, replica int) error {
	host, port, _ := net.SplitHostPort(r.stage.top.Addrs()[replica])
	if err := r.ask(master, "failover", "to", host, port); err != nil {
		return err
	}
	return until(r.ctx, func() bool {
		return r.role(master).Name == replication.Replica && r.role(replica).Name == replication.Master
	})
}

// planned is what a Sentinel does when it is asked for a failover: one replica becomes
// the master, the other follows it, and the old master hears of it seconds later. Until
// then there are two.
var planned = Row{
	Name: "a planned failover: for 3 s there are two masters", OnlyReal: failoverNeedsReal,
	Break: func(r *run) error {
		host, port, _ := net.SplitHostPort(r.stage.top.Addrs()[1])
		if err := r.ask(1, "replicaof", "no", "one"); err != nil {
			return err
		}
		if err := r.ask(2, "replicaof", host, port); err != nil {
			return err
		}
		// From here on the old master's answers show that its replicas are gone.
		if err := until(r.ctx, func() bool { role := r.role(0); return role.Name == replication.Master && len(role.Replicas) == 0 }); err != nil {
			return err
		}
		r.frozen = r.now()
		r.wait(3 * time.Second)
		r.healing = r.now()
		host, port, _ = net.SplitHostPort(r.stage.top.Addrs()[0])
		for _, replica := range []int{1, 2} {
			if err := r.ask(replica, "replicaof", host, port); err != nil {
				return err
			}
		}
		return r.awaitLinks()
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		nothingAccepted(r)
		counts(r, all, 0, 1)
		noticed(r, 0, 1)
		mended(r, 2*time.Second, 0, 1)
	},
}

// stale is a replica that answers with an error while it has no master.
var stale = Row{
	Name: "a replica's link cut for 3 s, with replica-serve-stale-data no", OnlyReal: "embedded servers know no such setting",
	Break: func(r *run) error {
		if err := r.ask(2, "config", "set", "replica-serve-stale-data", "no"); err != nil {
			return err
		}
		return cut(r)
	},
	Judge: linkCut.Judge,
}

// loading is a replica that needs 2 s to load a copy of its master's keys. It answers
// with an error meanwhile, and every connection stays open.
var loading = Row{
	Name: "a replica's link cut for 3 s, and then 2 s for loading all keys", OnlyReal: "embedded servers load nothing",
	Break: func(r *run) error {
		const keys = 2000
		master := r.server(0)
		defer master.Close()
		_, err := master.Pipelined(r.ctx, func(p redis.Pipeliner) error {
			for i := range keys {
				p.Set(r.ctx, fmt.Sprint("faults:loading:", i), i, time.Hour)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("write keys: %w", err)
		}
		// Redis' own settings for tests: microseconds a key, and bytes after which it looks
		// at its clients.
		if err := r.ask(2, "config", "set", "key-load-delay", "1000", "loading-process-events-interval-bytes", "1024"); err != nil {
			return err
		}
		if err := r.ask(0, "config", "set", "repl-backlog-size", "16384"); err != nil {
			return err
		}
		return cut(r)
	},
	Judge: backlogOverflown.Judge,
}

// server is a client of one server; it is to be closed.
func (r *run) server(i int) *redis.Client {
	return redis.NewClient(dial.Once(redis.Options{Addr: r.stage.top.Addrs()[i], DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
}

// ask sends a server one command.
func (r *run) ask(server int, words ...any) error {
	client := r.server(server)
	defer client.Close()
	if err := client.Do(r.ctx, words...).Err(); err != nil {
		return fmt.Errorf("%v at server %d: %w", words, server, err)
	}
	return nil
}

// role is what a server calls itself; nothing, when it does not answer.
func (r *run) role(server int) replication.Role {
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	client := r.server(server)
	defer client.Close()
	role, err := replication.ReadRole(ctx, client)
	if err != nil {
		return replication.Role{}
	}
	return role
}
