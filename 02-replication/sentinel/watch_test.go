package sentinel_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/02-replication/watched"
)

const patience = 2 * time.Minute

func start(t *testing.T) (*watched.Watched, func(want func(sentinel.View) bool) sentinel.View) {
	return startWith(t, watched.Options{})
}

func startWith(t *testing.T, o watched.Options) (*watched.Watched, func(want func(sentinel.View) bool) sentinel.View) {
	redistest.NeedsServer(t)
	o.Topology.Backend = launch.Backend{Kind: launch.KindServer}
	top, err := watched.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, top.Close()) })
	ctx, cancel := context.WithCancel(t.Context())
	w, err := sentinel.Watch(ctx, sentinel.Options{Addrs: top.Sentinels(), Name: top.Name()})
	require.NoError(t, err)
	t.Cleanup(func() { cancel(); w.Wait() })
	return top, func(want func(sentinel.View) bool) sentinel.View {
		t.Helper()
		deadline := time.After(patience)
		for {
			view, changed := w.View()
			if want(view) {
				return view
			}
			select {
			case <-changed:
			case <-deadline:
				require.FailNow(t, "the Sentinels do not say so", "%+v", view)
			}
		}
	}
}

func settled(v sentinel.View) bool {
	linked := 0
	for _, r := range v.Replicas {
		if r.Linked && r.Master == v.Master {
			linked++
		}
	}
	return v.Heard == v.Of && !v.Moving && linked == 2
}

func TestSentinelsTellOfAFailoverBeforeItHappens(t *testing.T) {
	t.Parallel()
	top, await := startWith(t, watched.Options{DownAfter: patience, FailoverTimeout: patience})
	before := await(settled)
	require.Equal(t, top.Addrs()[0], before.Master)
	// The replicas answer nothing for a while: so long the one that is chosen cannot be made the master.
	for _, addr := range top.Addrs()[1:] {
		c := redis.NewClient(&redis.Options{Addr: addr})
		defer c.Close()
		require.NoError(t, c.Do(t.Context(), "CLIENT", "PAUSE", "2000", "ALL").Err())
	}
	require.NoError(t, top.FailOver(t.Context()))
	moving := await(func(v sentinel.View) bool { return v.Moving && v.Next != "" })
	require.Equal(t, before.Master, moving.Master, "whoever publishes can wait")
	require.Contains(t, top.Addrs()[1:], moving.Next)
	promoted := await(func(v sentinel.View) bool { return v.Master != before.Master })
	require.Equal(t, moving.Next, promoted.Master)
	require.Greater(t, promoted.Epoch, before.Epoch)
	require.False(t, promoted.Moving)
	c := redis.NewClient(&redis.Options{Addr: promoted.Master})
	defer c.Close()
	role, err := replication.ReadRole(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, replication.Master, role.Name, "ROLE agrees")
}

func TestKilledMasterIsReplacedAndComesBackAsReplica(t *testing.T) {
	t.Parallel()
	top, await := start(t)
	before := await(settled)
	require.NoError(t, top.Kill(0))
	after := await(func(v sentinel.View) bool { return v.Master != before.Master })
	require.Contains(t, top.Addrs()[1:], after.Master)
	require.NoError(t, top.Restart(t.Context(), 0))
	await(settled)
}

// A replica says whom it follows in the words of its own REPLICAOF.
func TestReplicaFollowsTheMasterWhetherItIsCalledByNameOrByAddress(t *testing.T) {
	t.Parallel()
	redistest.NeedsVersion(t, 6, 2, "names at a Sentinel")
	if addrs, err := net.DefaultResolver.LookupHost(t.Context(), "localhost"); err != nil || !slices.Equal(addrs, []string{"127.0.0.1"}) {
		t.Skipf("localhost is to be 127.0.0.1 alone, where these servers listen (/etc/hosts); it is %v here", addrs)
	}
	for _, announce := range []string{"yes", "no"} {
		t.Run("announce-hostnames "+announce, func(t *testing.T) {
			t.Parallel()
			top, await := startWith(t, watched.Options{
				Host: "localhost", Settings: []string{"sentinel resolve-hostnames yes", "sentinel announce-hostnames " + announce},
			})
			v := await(settled)
			_, port, _ := net.SplitHostPort(top.Addrs()[0])
			want := map[string]string{"yes": "localhost:" + port, "no": top.Addrs()[0]}[announce]
			require.Equal(t, want, v.Master)
			// Now one is told by name whom it follows.
			c := redis.NewClient(&redis.Options{Addr: top.Addrs()[1]})
			defer c.Close()
			require.NoError(t, c.Do(t.Context(), "REPLICAOF", "localhost", port).Err())
			require.Eventually(t, func() bool {
				v, err := sentinel.Find(t.Context(), sentinel.Options{Addrs: top.Sentinels(), Name: top.Name()})
				return err == nil && settled(v) && allSayByName(t, top, top.Addrs()[1])
			}, patience, 10*time.Millisecond)
		})
	}
}

// allSayByName reports whether each Sentinel has heard that the replica follows localhost, in this word.
func allSayByName(t *testing.T, top *watched.Watched, replica string) bool {
	for _, addr := range top.Sentinels() {
		c := redis.NewSentinelClient(&redis.Options{Addr: addr, Protocol: 2})
		replicas, err := c.Replicas(t.Context(), top.Name()).Result()
		_ = c.Close()
		if err != nil || !slices.ContainsFunc(replicas, func(f map[string]string) bool {
			return net.JoinHostPort(f["ip"], f["port"]) == replica && f["master-host"] == "localhost"
		}) {
			return false
		}
	}
	return true
}

func TestTwoOfThreeSentinelsGoneIsTold(t *testing.T) {
	t.Parallel()
	top, await := start(t)
	await(settled)
	require.NoError(t, top.KillSentinel(1))
	require.NoError(t, top.FreezeSentinel(2))
	v := await(func(v sentinel.View) bool { return !v.Majority() })
	require.Equal(t, top.Addrs()[0], v.Master, "known all the same")
	require.NoError(t, top.ThawSentinel(2))
	require.NoError(t, top.RestartSentinel(t.Context(), 1))
	await(settled)
}

func TestFailoverIsBegunByTheNextSentinelWhenTheFirstIsDown(t *testing.T) {
	t.Parallel()
	top, await := start(t)
	await(settled)
	require.NoError(t, top.KillSentinel(0))
	require.NoError(t, top.FailOver(t.Context()))
	await(func(v sentinel.View) bool { return v.Master != top.Addrs()[0] })
}

func TestFailoverThatASentinelRefusesIsBegunByNoOther(t *testing.T) {
	t.Parallel()
	top, await := start(t)
	await(settled)
	require.NoError(t, top.Kill(1))
	require.NoError(t, top.Kill(2))
	first := sentinel.Options{Addrs: top.Sentinels()[:1], Name: top.Name()}
	require.Eventually(t, func() bool {
		v, err := sentinel.Find(t.Context(), first)
		return err == nil && !slices.ContainsFunc(v.Replicas, func(r sentinel.Replica) bool { return r.Up })
	}, patience, 10*time.Millisecond)
	err := top.FailOver(t.Context())
	require.ErrorContains(t, err, "fail over by the Sentinel at "+top.Sentinels()[0]+": NOGOODSLAVE")
	require.NotContains(t, err.Error(), top.Sentinels()[1])
}
