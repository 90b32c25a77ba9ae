package voters

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// patience is how long a test waits for something that is bound to come. It is there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

var names = Names{
	Me: "sentinel-1",
	Addr: func(addr string) string {
		return map[string]string{"127.0.0.1:6379": "server-1", "127.0.0.1:6380": "server-2", "127.0.0.1:26380": "sentinel-2"}[addr]
	},
	ID: func(id string) string { return map[string]string{"aaa": "sentinel-1", "bbb": "sentinel-2"}[id] },
}

// The texts are those of Redis 7.0.
func TestEachEventOfAFailoverIsASentence(t *testing.T) {
	const master, replica = "master mymaster 127.0.0.1 6379", "slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379"
	for _, c := range []struct{ name, text, want string }{
		{"+sdown", master, "sentinel-1 gets no answer from server-1, and holds it to be down (sdown)"},
		{"+sdown", "sentinel bbb 127.0.0.1 26380 @ mymaster 127.0.0.1 6379", "sentinel-1 gets no answer from sentinel-2, and holds it to be down (sdown)"},
		{"-sdown", replica, "sentinel-1 gets answers from server-2 again"},
		{"+odown", master + " #quorum 3/2", "sentinel-1 knows that enough of them hold server-1 to be down: 3 do, and 2 have to (odown)"},
		{"+odown", master, "sentinel-1 knows that enough of them hold server-1 to be down (odown)"},
		{"-odown", master, "sentinel-1 knows that not enough of them hold server-1 to be down any more"},
		{"+try-failover", master, "sentinel-1 wants another master than server-1"},
		{"+vote-for-leader", "bbb 7", "sentinel-1 votes for sentinel-2, epoch 7"},
		{"+vote-for-leader", "aaa 7", "sentinel-1 votes for itself, epoch 7"},
		{"+elected-leader", master, "sentinel-1 leads the failover"},
		{"+selected-slave", replica, "sentinel-1 chooses server-2 to be the master"},
		{"+promoted-slave", replica, "sentinel-1 has made server-2 the master"},
		{"+slave-reconf-done", replica, "sentinel-1 sees that server-2 follows the new master"},
		{"+switch-master", "mymaster 127.0.0.1 6379 127.0.0.1 6380", "sentinel-1 says: the master is server-2, no longer server-1"},
		{"+convert-to-slave", replica, "sentinel-1 makes server-2 a replica"},
		{"-failover-abort-not-elected", master, "sentinel-1 has not got most of the votes: no failover by it"},
		{"-failover-abort-no-good-slave", master, "sentinel-1 finds no replica that is fit to be the master"},
		{"-failover-abort-slave-timeout", master, "sentinel-1 gives up: the chosen replica does not become the master"},
		{"+tilt", "#tilt mode entered", "sentinel-1 does not trust its clock, and only looks on for a while (tilt)"},
		{"+slave", replica, ""},
		{"+new-epoch", "1", ""},
	} {
		require.Equal(t, c.want, Event{c.name, c.text}.Words(names), c.name)
	}
	for _, name := range []string{"+sdown", "+odown", "+vote-for-leader", "+switch-master"} {
		require.NotPanics(t, func() { Event{name, ""}.Words(names) }, "whoever can publish there can send anything")
	}
}

func TestWhatASentinelSaysIsRead(t *testing.T) {
	s := read("127.0.0.1:6380",
		map[string]string{"ip": "127.0.0.1", "port": "6379", "flags": "s_down,o_down,master,failover_in_progress", "config-epoch": "3"},
		[]map[string]string{{"ip": "127.0.0.1", "port": "6380", "flags": "slave,promoted"}, {"ip": "127.0.0.1", "port": "6381", "flags": "s_down,slave"}},
		[]map[string]string{{"ip": "127.0.0.1", "port": "26380", "flags": "sentinel", "runid": "bbb"}})
	require.Equal(t, Says{
		Master: "127.0.0.1:6380", Epoch: 3, Leads: true, Chosen: "127.0.0.1:6380", Agreed: true,
		Down: []string{"127.0.0.1:6379", "127.0.0.1:6381"}, Voters: map[string]string{"bbb": "127.0.0.1:26380"},
	}, s)
}

func TestSentinelsVoteIsHeardAndItsMistakesAreTold(t *testing.T) {
	redistest.NeedsServer(t)
	top, err := watched.Start(t.Context(), watched.Options{Topology: topology.Options{Backend: launch.Backend{Kind: launch.KindServer}}})
	require.NoError(t, err)
	defer func() { require.NoError(t, top.Close()) }()
	var mu sync.Mutex
	var says Says
	var failed error
	var told []string
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		Follow(ctx, Options{
			Addr: top.Sentinels()[0], Name: top.Name(),
			Said:   func(s Says) { mu.Lock(); defer mu.Unlock(); says, failed = s, nil },
			Failed: func(err error) { mu.Lock(); defer mu.Unlock(); failed = err },
			Told:   func(e Event) { mu.Lock(); defer mu.Unlock(); told = append(told, e.Name) },
		})
	})
	defer func() { stop(); following.Wait() }()
	becomes := func(what string, is func() bool) {
		t.Helper()
		require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return is() }, patience, 5*time.Millisecond, what)
	}
	becomes("it knows the others", func() bool { return len(says.Voters) == 2 && says.Master == top.Addrs()[0] })
	require.NoError(t, top.FailOver(t.Context()))
	becomes("it votes, and names another master", func() bool {
		return strings.Contains(strings.Join(told, " "), "+vote-for-leader") && says.Master != top.Addrs()[0]
	})
	require.NoError(t, top.KillSentinel(0))
	becomes("it is gone", func() bool { return failed != nil })
	require.NoError(t, top.RestartSentinel(t.Context(), 0))
	becomes("it is back, and knows what it knew", func() bool { return failed == nil && says.Epoch > 0 })
}
