package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/talk"
)

// Faults of a node. Node 1 is the one that ends.

var nodeKilled = Row{
	Name: "a node killed", First: true, NodeJS: true,
	Prepare: roam,
	Break: func(r *run) error {
		talk := r.startTalk()
		defer talk.end()
		if err := talk.awaits(1); err != nil {
			return err
		}
		r.broken = r.now()
		r.stage.nodes[0].kill()
		r.gone[0] = true
		if !r.stage.system.Tells {
			r.awaitAll(r.ctx)
			return nil
		}
		if err := talk.awaits(2); err != nil {
			return err
		}
		took := r.now() - r.broken
		holds, remark := r.within(took, 3*time.Second)
		r.check(holds, "talk is at the other node within 3 s: after %v%s", show(took), remark)
		everybody := len(r.all()) + 1 // and the program talk
		err := until(r.ctx, func() bool { return r.others().membersAre(everybody) })
		took = r.others().membersSince() - r.broken
		holds, remark = r.within(took, 10*time.Second)
		r.check(err == nil && holds, "presence is right within 10 s: after %v%s", show(took), remark)
		return nil
	},
	Judge: func(r *run, all []Account) {
		clean(r, all[len(all)/2:])
		untouched(r, all, 1)
		r.check(r.counted(1) == 0, "node 2 counts nothing: %d", r.counted(1))
		longest := time.Duration(0)
		for _, cl := range r.receivers {
			if cl.home == 0 {
				longest = max(longest, cl.got.away())
			}
		}
		holds, remark := r.within(longest, 3*time.Second)
		r.check(longest > 0 && holds, "its clients are at the other node within 3 s: after %v at most%s", show(longest), remark)
		tellUncounted(r)
	},
}

var nodeTerminated = Row{
	Name: "SIGTERM of a node under load", First: true, NodeJS: true,
	Setting: setting{env: []string{"GRACE=3s"}},
	Prepare: roam,
	Break: func(r *run) error {
		node := r.stage.nodes[0]
		if err := node.terminate(); err != nil {
			return err
		}
		r.gone[0] = true
		select {
		case <-node.ended:
		case <-time.After(patience):
			return errors.New("the node does not end")
		}
		took := r.now() - r.broken
		r.mended = r.now()
		if r.stage.system.Tells {
			r.check(node.exitCode() == 0, "exit code 0: %d", node.exitCode())
			holds, remark := r.within(took, 3*time.Second)
			r.check(holds, "it ends within its grace of 3 s: after %v%s", show(took), remark)
		}
		r.awaitAll(r.ctx)
		return nil
	},
	Judge: func(r *run, all []Account) {
		clean(r, all[len(all)/2:])
		untouched(r, all, 1)
		r.check(r.counted(1) == 0, "node 2 counts nothing: %d", r.counted(1))
		in, of := 0, 0
		for _, cl := range r.all() {
			if cl.home == 0 {
				of++
				if cl.got.firstClose() == websocket.CloseGoingAway {
					in++
				}
			}
		}
		r.check(in == of, "every client of it gets 1001: %d of %d", in, of)
		tellUncounted(r)
	},
}

// tellUncounted says which messages nobody can count: the last ones that went to the
// node that is gone.
func tellUncounted(r *run) {
	r.tell("not countable: %d messages on their way into the node that is gone, which has answered none of them", r.senders[0].source.count(waiting))
}

// roam lets clients go to the other node.
func roam(r *run) {
	for _, cl := range r.all() {
		cl.roams = true
	}
}

// others is the record of the first client at the node that stays.
func (r *run) others() *record { return r.receivers[len(r.receivers)/2].got }

func (r *record) membersAre(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members == n
}

func (r *record) membersSince() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// away is the time from the first end of the connection to the next welcome, or 0
// without one.
func (r *record) away() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.closed) == 0 || len(r.back) == 0 {
		return 0
	}
	return r.back[0] - r.closed[0].at
}

func (r *record) firstClose() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.closed) == 0 {
		return 0
	}
	return r.closed[0].code
}

// talker is the program talk of chapter 04: it connects to node 1, and can go to node
// 2.
type talker struct {
	stop context.CancelFunc
	done sync.WaitGroup
	in   *io.PipeWriter

	mu   sync.Mutex
	said bytes.Buffer
}

func (r *run) startTalk() *talker {
	t := &talker{}
	if !r.stage.system.Tells {
		return t
	}
	ctx, stop := context.WithCancel(r.ctx)
	in, w := io.Pipe()
	t.stop, t.in = stop, w
	t.done.Go(func() {
		_ = talk.Run(ctx, talk.Options{URLs: r.stage.addrs, Name: "talk", Room: r.room, In: in, Out: io.Discard, Err: t})
	})
	return t
}

func (t *talker) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.Write(b)
}

// awaits returns when talk has been connected so many times.
func (t *talker) awaits(times int) error {
	if t.stop == nil {
		return nil
	}
	err := until(context.Background(), func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		return strings.Count(t.said.String(), "connected to node") >= times
	})
	if err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		return fmt.Errorf("talk is not connected: %w: it said %q", err, t.said.String())
	}
	return nil
}

func (t *talker) end() {
	if t.stop != nil {
		t.stop()
		_ = t.in.Close()
		t.done.Wait()
	}
}
