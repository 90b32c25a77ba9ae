package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
)

// split is a chat whose master's machine can be cut off: node a is beside the master, node b, most replicas and all Sentinels are
// elsewhere.
type split struct {
	a, b     *machine
	master   *redis.Client // by a way that is not cut
	sentinel *redis.SentinelClient
}

// splitAt starts one. A replica beside the master and node a makes that side a whole chat.
func splitAt(t *testing.T, replicaBeside bool) *split {
	t.Helper()
	newSwitch(t)
	host := func(number int) string { return fmt.Sprintf("10.77.0.%d", number) }
	var machines [5]*machine
	for number := 1; number <= 4; number++ {
		machines[number] = newMachine(t, number, host(number))
	}
	server := func(number int, more ...string) {
		machines[number].run(t, fmt.Sprint("redis ", number), nil, append([]string{"redis-server", "--dir", t.TempDir(), "--save", "",
			"--protected-mode", "no", "--repl-diskless-sync-delay", "0", "--replica-announce-ip", host(number)}, more...)...)
	}
	server(1)
	prefer, replicas := host(2)+":6379", "2"
	if replicaBeside {
		server(1, "--port", "6380", "--replicaof", host(1), "6379")
		prefer, replicas = host(1)+":6380", "3"
	}
	server(2, "--replicaof", host(1), "6379")
	server(3, "--replicaof", host(1), "6379")
	var sentinels []string
	for number := 2; number <= 4; number++ {
		conf := filepath.Join(t.TempDir(), "sentinel.conf")
		require.NoError(t, os.WriteFile(conf, []byte("protected-mode no\nsentinel monitor mymaster "+host(1)+" 6379 2\n"+
			"sentinel down-after-milliseconds mymaster 5000\nsentinel failover-timeout mymaster 6000\n"), 0o600))
		machines[number].run(t, fmt.Sprint("sentinel ", number), nil, "redis-server", conf, "--port", "26379", "--sentinel")
		sentinels = append(sentinels, host(number)+":26379")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	node := func(number int, name, prefer string) *machine {
		machines[number].run(t, "node "+name, []string{"RUN_NODE=1", "GORACE=atexit_sleep_ms=10", "NODE_NAME=" + name, "PORT=3000",
			"LISTEN_HOST=0.0.0.0", "RATE_PER_SECOND=0", "SENTINELS=" + strings.Join(sentinels, ","), "SUB_PREFER=" + prefer}, self)
		return machines[number]
	}
	s := &split{a: node(1, "a", prefer), b: node(3, "b", host(3)+":6379")}
	for number := 2; number <= 4; number++ {
		client := redis.NewSentinelClient(&redis.Options{Addr: machines[number].at(26379), Protocol: 2})
		t.Cleanup(func() { client.Close() })
		s.sentinel = client
		require.Eventually(t, func() bool {
			m, err := client.Master(t.Context(), "mymaster").Result()
			return err == nil && m["num-slaves"] == replicas && m["num-other-sentinels"] == "2"
		}, patience, tick)
	}
	for _, m := range []*machine{s.a, s.b} {
		require.Eventually(t, m.ready, patience, tick)
	}
	s.master = redis.NewClient(&redis.Options{Addr: s.a.at(6379)})
	t.Cleanup(func() { s.master.Close() })
	return s
}

func (s *split) masterIsReplaced(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		addr, err := s.sentinel.GetMasterAddrByName(t.Context(), "mymaster").Result()
		return err == nil && addr[0] != "10.77.0.1"
	}, patience, tick)
}

// Each side has a master, and takes what its clients say. What one has acknowledged meanwhile the other never hears, and
// the other's node counts it.
func lossIsCounted(t *testing.T, replicaBeside bool) {
	redistest.NeedsServer(t)
	needs(t, "redis-server", "redis-server")
	needs(t, "ip", "iproute2")
	needs(t, "nsenter", "util-linux")
	if !apart(t) {
		return
	}
	s := splitAt(t, replicaBeside)
	atA, atB := s.a.joins(t, "ear-a"), s.b.joins(t, "ear-b")
	alice, bob := s.a.speaks(t, "alice"), s.b.speaks(t, "bob")
	goesOn := func() {
		t.Helper()
		for _, c := range []*person{alice, bob} {
			from := c.acknowledged()
			require.Eventually(t, func() bool { return c.acknowledged() > from+20 }, patience, tick, c.name)
		}
	}
	goesOn()
	s.a.cut(t)
	s.masterIsReplaced(t)
	goesOn() // on both sides
	s.a.mend(t)
	require.Eventually(t, func() bool {
		role, err := replication.ReadRole(t.Context(), s.master)
		return err == nil && role.Name == replication.Replica && s.a.ready()
	}, patience, tick, "the old master follows the new one")
	goesOn()
	alice.stop()
	bob.stop()
	for node, ear := range map[*machine]*person{s.a: atA, s.b: atB} {
		require.Eventually(t, func() bool { return ear.heard(alice.last()) && ear.heard(bob.last()) }, patience, tick)
		acknowledged, all := ear.unheard(alice, bob)
		counted := node.missed(t)
		t.Logf("%s has not heard %d messages, of which %d were acknowledged; its node counts %d", ear.name, all, acknowledged, counted)
		require.Positive(t, acknowledged, "each side has said yes to what the other does not hear")
		require.GreaterOrEqual(t, counted, acknowledged)
		require.LessOrEqual(t, counted, all, "what was refused may have been published, or not")
	}
}

func TestMasterIsCutOffWithANodeAndTheLossIsCounted(t *testing.T) { lossIsCounted(t, false) }

func TestMasterIsCutOffWithANodeAndItsReplicaAndTheLossIsCounted(t *testing.T) {
	lossIsCounted(t, true)
}
