package system_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// startWatched starts a system with three Sentinels. A slow machine must not look like a dead server: they wait longer than usual.
func startWatched(t *testing.T, o system.Options) (*system.System, *screen) {
	t.Helper()
	redistest.NeedsServer(t)
	o.Sentinels, o.DownAfter = 3, 3*time.Second
	return startProbed(t, noticeable, o)
}

// becomes waits until the state is so.
func becomes(t *testing.T, s *system.System, what string, is func(status.State) bool) status.State {
	t.Helper()
	var now status.State
	require.Eventually(t, func() bool { now = s.State(); return is(now) }, patience, 5*time.Millisecond, "never so: %s", what)
	return now
}

// agreed reports whether each Sentinel that runs says that the system's master is it.
func agreed(now status.State) bool {
	for _, w := range now.Sentinels {
		if w.State == status.Up && (w.Master != now.Master || w.Leads) {
			return false
		}
	}
	return !now.Moving
}

func server(now status.State, name string) status.Server {
	for _, server := range now.Servers {
		if server.Name == name {
			return server
		}
	}
	return status.Server{}
}

func TestKilledMasterIsReplacedAndMessagesGoOn(t *testing.T) {
	s, out := startWatched(t, system.Options{MapPort: freePort(t)})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	send(t, alice, "before")
	hear(t, bob, "message")
	e := openMap(t, s)
	first := e.next(func(u livemap.Update) bool { return u.State != nil }).State
	require.Equal(t, "server-1", first.Master)
	require.Len(t, first.Sentinels, 3)

	require.NoError(t, s.Do(t.Context(), system.Kill, "master"))
	out.shows(t, "server-1, the master, is gone: nobody can send until the Sentinels have made another server the master")
	for _, sentinel := range []string{"sentinel-1", "sentinel-2", "sentinel-3"} {
		e.moment(livemap.Noticed, sentinel, "gets no answer from server-1")
		e.moment(livemap.Noticed, sentinel, "votes for ")
		e.moment(livemap.Noticed, sentinel, "no longer server-1")
	}
	now := becomes(t, s, "all Sentinels name another master", func(now status.State) bool { return now.Master != "server-1" && agreed(now) })
	next := now.Master
	require.Contains(t, []string{"server-2", "server-3"}, next)
	e.next(func(u livemap.Update) bool {
		return u.State != nil && u.State.Master == next && u.State.Sentinels[0].Master == next
	})
	for _, w := range now.Sentinels {
		require.Equal(t, int64(1), w.Epoch)
		require.Equal(t, "1", w.VotedIn)
		require.Contains(t, w.Vote, "sentinel-")
	}
	becomes(t, s, "the other replica follows it, and both nodes are up", func(now status.State) bool {
		for _, server := range now.Servers {
			if server.Name != next && server.Name != "server-1" && server.Follows != next {
				return false
			}
		}
		return now.Nodes[0].State == status.Up && now.Nodes[1].State == status.Up
	})
	other := map[string]string{"server-2": "server-3", "server-3": "server-2"}[next]
	becomes(t, s, "both nodes listen at the other replica", func(now status.State) bool {
		return now.Nodes[0].Replica == other && now.Nodes[1].Replica == other
	})

	send(t, alice, "after")
	require.JSONEq(t, `"after"`, string(hear(t, bob, "message").Data))
	receipt, err := s.Emit(t.Context(), "", "from outside")
	require.NoError(t, err)
	require.Contains(t, receipt, "not server-1, which is gone")
	require.JSONEq(t, `"from outside"`, string(hear(t, bob, "message").Data))
	out.shows(t, `emitter to all: "from outside"   emitter → `+next+` → `)
	require.Contains(t, s.Hints(), "cmd/emit -sentinels "+now.Sentinels[0].Addr, "who knows the master, whichever it is")

	require.NoError(t, s.Do(t.Context(), system.Restart, "server-1"))
	becomes(t, s, "the old master is a replica of the new one", func(now status.State) bool {
		old := server(now, "server-1")
		return old.State == status.Up && old.Role == "replica" && old.Follows == next
	})
}

// The emitter goes on counting: a node that hears it by another server sees no gap, and nothing twice.
func TestPlannedFailoverLosesNothingOfTheEmitter(t *testing.T) {
	s, out := startWatched(t, system.Options{})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	for n := range 3 {
		_, err := s.Emit(t.Context(), "", fmt.Sprint("before ", n))
		require.NoError(t, err)
	}
	require.NoError(t, s.Do(t.Context(), system.Failover, ""))
	becomes(t, s, "another master", func(now status.State) bool {
		return now.Master != "server-1" && agreed(now) && now.Nodes[0].State == status.Up && now.Nodes[1].State == status.Up
	})
	for n := range 3 {
		_, err := s.Emit(t.Context(), "", fmt.Sprint("after ", n))
		require.NoError(t, err)
	}
	for _, when := range []string{"before", "after"} {
		for n := range 3 {
			for _, who := range []*struct{ heard string }{{string(hear(t, alice, "message").Data)}, {string(hear(t, bob, "message").Data)}} {
				require.JSONEq(t, fmt.Sprintf(`"%s %d"`, when, n), who.heard)
			}
		}
	}
	require.Zero(t, s.State().Missed)
	require.NotContains(t, out.String(), "is gone", "a server that lets its clients go is there")
}

func TestTooFewSentinelsCannotVote(t *testing.T) {
	s, out := startWatched(t, system.Options{})
	require.NoError(t, s.Do(t.Context(), system.Kill, "sentinel-1"))
	out.shows(t, "sentinel-1 is gone: 2 of 3 are there, most of them")
	require.NoError(t, s.Do(t.Context(), system.Freeze, "sentinel-2"))
	out.shows(t, "sentinel-2 is frozen")
	out.shows(t, "sentinel-3 gets no answer from sentinel-2")
	require.NoError(t, s.Do(t.Context(), system.Kill, "server-1"))
	out.shows(t, "sentinel-3 gets no answer from server-1")
	now := becomes(t, s, "the third one says so", func(now status.State) bool { return slices.Contains(now.Sentinels[2].Down, "server-1") })
	require.Equal(t, status.Gone, now.Sentinels[0].State)
	require.Zero(t, now.Sentinels[0].PID)
	require.Equal(t, status.Frozen, now.Sentinels[1].State)
	require.Equal(t, "server-1", now.Master, "nobody may decide")

	require.NoError(t, s.Do(t.Context(), system.Restart, "sentinel-1"))
	out.shows(t, "sentinel-1 is back: 2 of 3 are there, most of them")
	becomes(t, s, "two of three make another server the master", func(now status.State) bool { return now.Master != "server-1" })
	require.NoError(t, s.Do(t.Context(), system.Thaw, "sentinel-2"))
	becomes(t, s, "the one that has slept says so, too", func(now status.State) bool {
		return now.Sentinels[1].State == status.Up && now.Sentinels[1].Master == now.Master
	})
}

func TestPortOfASentinelThatIsTakenBecomesTheNextFreeOne(t *testing.T) {
	redistest.NeedsServer(t)
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(freePort(t)))
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	t.Setenv("PUB_PORT", "1") // of chapter 05: beside SENTINELS a node would refuse it
	s, out := startWatched(t, system.Options{SentinelPorts: []int{taken}})
	out.shows(t, fmt.Sprintf("port %d is taken by another program: sentinel-1 gets ", taken))
	require.NotContains(t, s.State().Sentinels[0].Addr, strconv.Itoa(taken))
	require.Contains(t, s.Table(), "server-1    "+s.State().Servers[0].Addr)
	require.Regexp(t, `server-1 .* up, the master`, s.Table())
	require.Contains(t, s.State().Sentinels[0].ByHand[system.Failover], " sentinel failover mymaster")
	require.Regexp(t, `sentinel-1 .* sentinel master mymaster`, s.Table())
	require.ErrorContains(t, s.Do(t.Context(), system.Cut, "server-2"), "where Sentinels watch, links are theirs")
}

func TestWithoutSentinelsNobodyFailsOver(t *testing.T) {
	s, _ := start(t, system.Options{Nodes: 1})
	require.ErrorContains(t, s.Do(t.Context(), system.Failover, ""), "start the system with -sentinels 3")
	require.Equal(t, "master", s.State().Master)
	require.Empty(t, s.State().Sentinels)
}

func TestSentinelsNeedRealServersAndTheErrorSaysWhatTheyWouldShow(t *testing.T) {
	err := system.Options{Redis: "embedded", Sentinels: 3}.Check()
	require.ErrorIs(t, err, system.ErrOption)
	t.Setenv("PATH", t.TempDir())
	_, started := system.Start(context.Background(), system.Options{Sentinels: 3})
	for _, err := range []error{err, started} {
		require.ErrorContains(t, err, "how they vote when the master is killed")
		require.ErrorContains(t, err, "apt-get install redis-server")
	}
}
