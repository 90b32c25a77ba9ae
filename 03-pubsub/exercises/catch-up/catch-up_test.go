package catchup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	catchup "example.com/redis-chat/03-pubsub/exercises/catch-up"
)

func TestMain(m *testing.M) { redistest.Main(m) }

const (
	key, channel = "room:lines", "room"
	nowhere      = "192.0.2.1:6379" // an address, as a name would be looked up; the dialer leads elsewhere
)

// room is a server with a room, in memory and with a clock of its own, and somebody who follows it.
type room struct {
	t      *testing.T
	server *miniredis.Miniredis
	db     *redis.Client // of those who talk
	said   int

	network      network
	before, then func() // when the follower reads the list for the first time: before the command, and after it

	end      context.CancelFunc
	returned error
	ended    chan struct{}

	mu     sync.Mutex
	handed []int // numbers of the lines that were handed over
}

// inRoom runs a test with a room. Its end is the end of the follower, too.
func inRoom(t *testing.T, test func(r *room)) {
	synctest.Test(t, func(t *testing.T) {
		r := &room{t: t, server: miniredis.NewMiniRedis(), ended: make(chan struct{}), before: func() {}, then: func() {}}
		defer r.server.Close()
		r.network.dial = r.server.Dial
		r.db = redis.NewClient(&redis.Options{Addr: nowhere, Dialer: func(context.Context, string, string) (net.Conn, error) { return r.server.Dial() }})
		defer r.db.Close()
		test(r)
	})
}

// say says the next n lines.
func (r *room) say(n int) {
	for range n {
		r.said++
		line := fmt.Sprintf("%d line %d", r.said, r.said)
		_, err := r.db.TxPipelined(context.Background(), func(tx redis.Pipeliner) error {
			tx.RPush(context.Background(), key, line)
			tx.Publish(context.Background(), channel, line)
			return nil
		})
		require.NoError(r.t, err)
	}
}

// follow starts Follow, and returns when it has come as far as it can.
func (r *room) follow() {
	db := redis.NewClient(&redis.Options{Addr: nowhere, Dialer: r.network.connect})
	db.AddHook(&reading{r: r})
	var ctx context.Context
	ctx, r.end = context.WithCancel(r.t.Context())
	go func() {
		defer close(r.ended)
		defer db.Close()
		r.returned = catchup.Follow(ctx, db, key, channel, func(l catchup.Line) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.handed = append(r.handed, l.Number)
		})
	}()
	r.settle()
}

// settle lets a minute pass, which is more than enough for everything that goes on.
func (r *room) settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// stop ends the follower and compares what it was given with all that was said.
func (r *room) stop(story string) {
	r.t.Helper()
	early := r.hasEnded()
	r.end()
	r.settle()
	switch {
	case early:
		r.t.Errorf("Follow returned before its context had ended: %v", r.returned)
	case !r.hasEnded():
		r.t.Error("the context has ended, and a minute later Follow has not returned")
		return
	case !errors.Is(r.returned, context.Canceled):
		r.t.Errorf("the context has ended, and Follow returned %v, want the context's error", r.returned)
	}
	var want []int
	for n := range r.said {
		want = append(want, n+1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.handed, want) {
		r.t.Errorf("handed over were %v, want %v: %s", r.handed, want, story)
	}
}

func (r *room) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

func TestFirstWhatWasSaidThenWhatIsSaid(t *testing.T) {
	inRoom(t, func(r *room) {
		r.say(3)
		r.follow()
		r.say(3)
		r.settle()
		r.stop("1 to 3 were in the list, the rest was said a minute later")
	})
}

func TestWhatIsSaidMeanwhile(t *testing.T) {
	inRoom(t, func(r *room) {
		r.before, r.then = func() { r.say(1) }, func() { r.say(1) }
		r.say(3)
		r.follow()
		r.say(1)
		r.settle()
		r.stop("1 to 3 were in the list, 4 was said right before the list was read, 5 right after it, 6 a minute later")
	})
}

func TestWhatIsSaidDuringAnOutage(t *testing.T) {
	inRoom(t, func(r *room) {
		r.say(2)
		r.follow()
		r.network.cut()
		r.say(3)
		r.settle()
		r.network.mend()
		r.settle()
		r.say(1)
		r.settle()
		r.stop("1 and 2 were in the list, 3 to 5 were said while the subscription was interrupted, 6 later")
	})
}

// network is the follower's way to the server. It is slow in one thing: a subscription takes a second to begin.
type network struct {
	dial func() (net.Conn, error)

	mu            sync.Mutex
	down          bool
	subscriptions []net.Conn
}

func (n *network) connect(context.Context, string, string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return nil, errors.New("the network is down")
	}
	c, err := n.dial()
	return slow{c, n}, err
}

// cut ends the connections that have a subscription; no new connection is made.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = true
	for _, c := range n.subscriptions {
		c.Close()
	}
}

func (n *network) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = false
}

// slow is a connection on which SUBSCRIBE is a second on its way.
type slow struct {
	net.Conn
	n *network
}

func (s slow) Write(p []byte) (int, error) {
	if !bytes.Contains(bytes.ToLower(p), []byte("subscribe")) {
		return s.Conn.Write(p)
	}
	s.n.mu.Lock()
	s.n.subscriptions = append(s.n.subscriptions, s.Conn)
	s.n.mu.Unlock()
	p = bytes.Clone(p)
	time.AfterFunc(time.Second, func() { _, _ = s.Conn.Write(p) })
	return len(p), nil
}

// reading notices when the follower reads the list.
type reading struct {
	r     *room
	first sync.Once
}

func (*reading) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *reading) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) (err error) {
		return h.around(cmd, func() error { return next(ctx, cmd) })
	}
}

func (h *reading) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		run := func() error { return next(ctx, cmds) }
		for _, cmd := range cmds {
			if isRead(cmd) {
				return h.around(cmd, run)
			}
		}
		return run()
	}
}

func (h *reading) around(cmd redis.Cmder, run func() error) (err error) {
	first := false
	if isRead(cmd) {
		h.first.Do(func() { first = true })
	}
	if !first {
		return run()
	}
	h.r.before()
	err = run()
	h.r.then()
	return err
}

func isRead(cmd redis.Cmder) bool {
	return strings.HasPrefix(strings.ToLower(cmd.Name()), "lrange")
}
