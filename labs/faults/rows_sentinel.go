package faults

import (
	"fmt"
	"time"

	replication "example.com/redis-chat/02-replication"
)

// Faults of the master with Sentinels above it: another server becomes the master, and the nodes go there.

const sentinelNeedsReal = "embedded servers know no Sentinel: it is a redis-server of its own kind"

func watchedRows() []Row {
	rows := []Row{watchedKilled, watchedBack, watchedFrozen, watchedPlanned, watchedFailoverTo, watchedReplicaKilled, oneSentinelKilled, twoSentinelsKilled}
	for i := range rows {
		rows[i].Name = "with Sentinel: " + rows[i].Name
		rows[i].OnlyReal = sentinelNeedsReal
		rows[i].Setting.sentinels = true
	}
	return rows
}

// outage is how long there may be no messages when a master is gone: the Sentinels take half a second to notice.
const outage = 2500 * time.Millisecond

var watchedKilled = Row{
	Name:  "the master killed",
	First: true, FirstKept: true,
	Break: func(r *run) error { return r.killMaster() },
	Judge: judgeWatched(outage),
}

var watchedBack = Row{
	Name: "the master killed, and back as a replica",
	Break: func(r *run) error {
		if err := r.killMaster(); err != nil {
			return err
		}
		if err := r.awaitAccepted(); err != nil {
			return err
		}
		r.awaitReady()
		r.wait(time.Second) // a Sentinel may close the new master's connections a moment later
		r.healing = r.now()
		if err := r.stage.watched.Restart(r.ctx, 0); err != nil {
			return err
		}
		return r.awaitReplica(0)
	},
	Judge: func(r *run, all []Account) {
		judgeWatched(outage)(r, all)
		for node := range nodeCount {
			_, ok := r.ready[node].firstAfter(r.healing, false)
			r.check(!ok, "node %d stays ready when the old master comes back", node+1)
		}
	},
}

// A master that wakes up is still one to itself. It takes what comes, until a Sentinel makes a replica of it.
var watchedFrozen = Row{
	Name: "the master frozen, and woken when there is another one",
	Break: func(r *run) error {
		if err := r.stage.watched.Freeze(0); err != nil {
			return err
		}
		if err := r.awaitMaster(1, 2); err != nil {
			return err
		}
		r.wait(2 * time.Second)
		if err := r.stage.watched.Thaw(0); err != nil {
			return err
		}
		return r.awaitReplica(0)
	},
	Judge: judgeWatched(outage),
}

// With one replica that answers WAIT, it may be the one that has not turned round yet, and throws away what it has got.
var watchedPlanned = Row{
	Name:    "a planned failover, until the old master is a replica",
	Setting: setting{env: []string{"DURABLE=2"}}, // for nodes that read it
	First:   true,
	Break: func(r *run) error {
		if err := r.stage.watched.FailOver(r.ctx); err != nil {
			return err
		}
		if err := r.awaitMaster(1, 2); err != nil {
			return err
		}
		return r.awaitReplica(0)
	},
	Judge: func(r *run, all []Account) {
		judgeWatched(time.Second)(r, all)
		untouched(r, all, 0, 1)
	},
}

// Redis' own failover, of which no Sentinel knows: the old master pauses all writes, and then follows the new one.
var watchedFailoverTo = Row{
	Name: "FAILOVER TO node 1's replica, behind the Sentinels' backs",
	Break: func(r *run) error {
		if err := r.failOverTo(0, 1); err != nil {
			return err
		}
		r.wait(2 * time.Second)
		return nil
	},
	Judge: judgeWatched(outage),
}

var watchedReplicaKilled = Row{
	Name: "node 2's replica killed",
	Break: func(r *run) error {
		if err := r.stage.watched.Kill(2); err != nil {
			return err
		}
		r.wait(3 * time.Second)
		return nil
	},
	Judge: func(r *run, all []Account) {
		judgeWatched(outage)(r, all)
		untouched(r, all, 0)
	},
}

var oneSentinelKilled = Row{
	Name: "a Sentinel killed, then the master",
	Break: func(r *run) error {
		if err := r.stage.watched.KillSentinel(2); err != nil {
			return err
		}
		r.wait(time.Second)
		return r.killMaster()
	},
	Judge: judgeWatched(outage),
}

// With one Sentinel of three there is no majority, and so no failover: the nodes say not ready, and wait for that master.
var twoSentinelsKilled = Row{
	Name:    "two of three Sentinels killed, then the master for 3 s",
	Setting: setting{comesBack: true},
	Break: func(r *run) error {
		for i := range 2 {
			if err := r.stage.watched.KillSentinel(i); err != nil {
				return err
			}
		}
		r.wait(time.Second)
		for node := range nodeCount {
			_, ok := r.ready[node].firstAfter(r.broken, false)
			r.check(!ok, "node %d stays ready without Sentinels, while nothing else happens", node+1)
		}
		r.broken = r.now()
		if err := r.stage.watched.Kill(0); err != nil {
			return err
		}
		r.wait(3 * time.Second)
		for _, i := range []int{1, 2} {
			r.check(r.role(i).Name == replication.Replica, "server %d stays a replica: nobody may decide", i)
		}
		return r.stage.watched.Restart(r.ctx, 0)
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		counts(r, all, 0, 1)
		noticed(r, 0, 1)
		mended(r, 2*time.Second, 0, 1)
	},
}

func judgeWatched(silence time.Duration) func(*run, []Account) {
	return func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		counts(r, all, 0, 1)
		again(r, all, silence)
	}
}

func (r *run) killMaster() error {
	if err := r.stage.watched.Kill(0); err != nil {
		return err
	}
	return r.awaitMaster(1, 2)
}

// awaitAccepted waits until each sender hears that a message was taken which it sent from now on: the nodes have noticed the fault,
// and are over it.
func (r *run) awaitAccepted() error {
	now := r.now()
	return until(r.ctx, func() bool {
		for _, s := range r.senders {
			if s.source.acceptedWithin(now, r.now()) == 0 {
				return false
			}
		}
		return true
	})
}

// awaitReplica waits until a server that was the master has been made a replica, which takes ten seconds and more.
func (r *run) awaitReplica(server int) error {
	return until(r.ctx, func() bool {
		role := r.role(server)
		return role.Name == replication.Replica && role.Link == replication.Connected
	})
}

// awaitMaster waits until one of these servers is the master.
func (r *run) awaitMaster(servers ...int) error {
	err := until(r.ctx, func() bool {
		for _, i := range servers {
			if r.role(i).Name == replication.Master {
				return true
			}
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("no other server has become the master: %w", err)
	}
	r.tell("another server is the master after %s", show(r.now()-r.broken))
	return nil
}

// again: nobody is without messages for longer than that.
func again(r *run, all []Account, promise time.Duration) {
	var longest time.Duration
	for _, a := range all {
		longest = max(longest, a.Silence)
	}
	holds, remark := r.within(longest, promise)
	r.check(holds, "messages arrive again within %v: after %v%s", promise, show(longest), remark)
}
