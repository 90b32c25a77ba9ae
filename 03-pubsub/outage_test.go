package pubsub

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

const theMaster, theReplica = 0, 1

// path is what the tests below break: publish at the master, subscribe at its replica.
type path struct {
	*reader
	topology topology.Topology
	way      *redistest.Way // from the subscriber to the replica
	master   *redis.Client
	channel  string
	sent     int
}

// A slow machine makes probes late, and a late probe is silence. So a test that looks for silence may see more of it than it made;
// in all other tests no probe is due.
const (
	watchful   = 200 * time.Millisecond
	unwatchful = time.Hour
)

func startPath(t *testing.T, probes time.Duration) *path {
	topologytest.Faults(t)
	p := &path{topology: topologytest.Start(t, 1), channel: redistest.Prefix(t) + "news"}
	p.way = redistest.StartWay(t, p.topology.Addrs()[theReplica])
	dial := func(addr string) *redis.Client {
		c := redis.NewClient(&redis.Options{
			Addr: addr, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
			DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
		})
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	p.master = dial(p.topology.Addrs()[theMaster])
	o := Options{Channels: []string{p.channel}, ProbeInterval: probes}
	p.reader = subscribe(t, dial(p.way.Addr), o.WatchedThrough(p.master))
	require.Equal(t, Subscribed, p.next().Kind)
	p.until(Alive)
	return p
}

// send publishes n messages, each with its number.
func (p *path) send(n int) {
	p.t.Helper()
	for range n {
		p.sent++
		publish(p.t, p.master, p.channel, strconv.Itoa(p.sent))
	}
}

// received waits for n messages, whose numbers follow each other from first on.
func (p *path) received(first, n int) {
	p.t.Helper()
	for i, payload := range p.payloads(n) {
		require.Equal(p.t, strconv.Itoa(first+i), payload)
	}
}

// receivedBeforeAlive is received; the messages come late, on the connection that there was all the time.
func (p *path) receivedBeforeAlive(first, n int) {
	p.t.Helper()
	var late []Event
	for e := p.next(); e.Kind != Alive; e = p.next() {
		require.Contains(p.t, []Kind{Message, Silent}, e.Kind, "the connection is kept: %v", e.Err)
		if e.Kind == Message {
			late = append(late, e)
		}
	}
	p.waiting = append(late, p.waiting...)
	p.received(first, n)
}

// expect waits for the next event, of this kind.
func (p *path) expect(kind Kind, since time.Time) Event {
	p.t.Helper()
	e := p.next()
	require.Equal(p.t, kind, e.Kind, "%v %v", e.Kind, e.Err)
	p.t.Logf("%s after %v: %v", kind, time.Since(since).Round(time.Millisecond), e.Err)
	return e
}

// silent waits until silence is told with this cause. The connection stands meanwhile.
func (p *path) silent(cause error, since time.Time) Event {
	p.t.Helper()
	for {
		e := p.next()
		switch {
		case e.Kind == Silent && errors.Is(e.Err, cause):
			p.t.Logf("%s after %v: %v", e.Kind, time.Since(since).Round(time.Millisecond), e.Err)
			return e
		case e.Kind != Silent:
			require.Equal(p.t, Alive, e.Kind, "%v", e.Err) // after a silence of the machine's own
		}
	}
}

func TestKilledReplicaIsToldAndWhatWasMissedCanBeCounted(t *testing.T) {
	p := startPath(t, unwatchful)
	p.send(100)
	p.received(1, 100)

	began := time.Now()
	require.NoError(t, p.topology.Kill(theReplica))
	p.expect(Disconnected, began)
	p.send(37)
	require.NoError(t, p.topology.Restart(t.Context(), theReplica))
	_, before := p.until(Subscribed)
	require.Empty(t, before)

	p.send(100)
	p.received(138, 100)
	require.Equal(t, 37, p.sent-200, "sent minus received")
}

func TestFrozenReplicaDeliversLate(t *testing.T) {
	p := startPath(t, watchful)
	p.send(10)
	p.received(1, 10)
	began := time.Now()
	require.NoError(t, p.topology.Freeze(theReplica))
	p.silent(ErrNotBack, began)
	require.ErrorContains(t, p.silent(ErrNotBack, began).Err, "has not answered a PING")
	p.send(20)
	p.untilStandbyIsTried()
	require.NoError(t, p.topology.Thaw(theReplica))
	p.receivedBeforeAlive(11, 20)
}

// untilStandbyIsTried waits until a second connection is being opened.
func (p *path) untilStandbyIsTried() {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		p.s.link.mu.Lock()
		defer p.s.link.mu.Unlock()
		return p.s.link.standby != nil
	}, patience, time.Millisecond)
}

// What the network holds back for a while arrives, though a second connection brings messages meanwhile.
func TestWayThatIsHeldDeliversLate(t *testing.T) {
	p := startPath(t, watchful)
	p.send(10)
	p.received(1, 10)
	p.way.Hold()
	p.silent(ErrNotBack, time.Now())
	p.send(20)
	p.untilStandbyIsTried()
	p.way.Release()
	p.receivedBeforeAlive(11, 20)
	p.send(10)
	p.received(31, 10)
}

// The old connection stays open, to a server that answers and has left: new connections come to another one.
func TestAddressThatLeadsToAnotherServerIsFoundInSeconds(t *testing.T) {
	t.Parallel() // it waits
	p := startPath(t, watchful)
	began := time.Now()
	require.NoError(t, p.topology.Cut(theReplica))
	p.way.Lead(p.topology.Addrs()[theMaster]) // the one that there is beside it
	e, _ := p.until(Disconnected)
	require.ErrorContains(t, e.Err, "the address leads to another server now")
	p.expect(Subscribed, began)
	p.until(Alive)
	p.sent = 0
	p.send(10)
	p.received(1, 10)
}

func TestReplicaThatLostItsMasterIsSilentAndDeliversLate(t *testing.T) {
	p := startPath(t, watchful)
	p.send(10)
	p.received(1, 10)

	began := time.Now()
	require.NoError(t, p.topology.Cut(theReplica))
	p.silent(ErrNotBack, began)
	p.send(37)
	require.NoError(t, p.topology.Mend(t.Context(), theReplica))
	p.receivedBeforeAlive(11, 37)
	p.send(10)
	p.received(48, 10)
}

// The replica answers the PING with an error, and brings everything once its master is back.
func TestReplicaThatAnswersWithAnErrorDeliversLate(t *testing.T) {
	redistest.NeedsServer(t)
	t.Parallel() // it waits
	p := startPath(t, watchful)
	replica := topologytest.Clients(t, p.topology)[theReplica]
	require.NoError(t, replica.ConfigSet(t.Context(), "replica-serve-stale-data", "no").Err())
	for range 6 {
		require.NoError(t, p.topology.Cut(theReplica))
		require.ErrorContains(t, replica.Get(t.Context(), "any").Err(), "MASTERDOWN")
		p.silent(ErrNotBack, time.Now())
		pinged := calls(t, replica, "ping")
		require.Eventually(t, func() bool { return calls(t, replica, "ping") > pinged }, patience, watchful/10)
		p.send(20)
		require.NoError(t, p.topology.Mend(t.Context(), theReplica))
		p.receivedBeforeAlive(p.sent-19, 20)
	}
}

// calls is how often the server was sent that command, with the refused ones.
func calls(t *testing.T, server *redis.Client, command string) (n int) {
	t.Helper()
	stats, err := server.Info(t.Context(), "commandstats").Result()
	require.NoError(t, err)
	for line := range strings.Lines(stats) {
		if rest, ok := strings.CutPrefix(line, "cmdstat_"+command+":"); ok {
			for field := range strings.SplitSeq(strings.TrimSpace(rest), ",") {
				name, count, _ := strings.Cut(field, "=")
				if name == "calls" || name == "rejected_calls" {
					k, err := strconv.Atoi(count)
					require.NoError(t, err)
					n += k
				}
			}
		}
	}
	return n
}

func TestMasterThatIsAwayLeavesTheSubscriptionStanding(t *testing.T) {
	for name, fault := range map[string]struct {
		begin func(*path) error
		end   func(*path) error
	}{
		"killed": {
			func(p *path) error { return p.topology.Kill(theMaster) },
			func(p *path) error { return p.topology.Restart(p.t.Context(), theMaster) },
		},
		"frozen": {
			func(p *path) error { return p.topology.Freeze(theMaster) },
			func(p *path) error { return p.topology.Thaw(theMaster) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			p := startPath(t, watchful)
			began := time.Now()
			require.NoError(t, fault.begin(p))
			e := p.silent(ErrNotPublished, began)
			require.NotErrorIs(t, e.Err, ErrNotBack)

			require.NoError(t, fault.end(p))
			began = time.Now()
			for e := p.next(); e.Kind != Alive; e = p.next() {
				require.Equal(t, Silent, e.Kind, "the connection to the replica stays: %v", e.Err)
			}
			t.Logf("alive after %v", time.Since(began).Round(time.Millisecond))
			p.send(10)
			p.received(1, 10)
		})
	}
}
