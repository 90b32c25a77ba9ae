package replication_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
)

// problems are Check's sentences, one a line, when it has all the time there is.
func problems(t *testing.T, addrs ...string) string {
	t.Helper()
	return problemsWithin(t, patience, addrs...)
}

// problemsWithin is for problems that show only at the end of Check's patience.
func problemsWithin(t *testing.T, patience time.Duration, addrs ...string) string {
	t.Helper()
	report := replication.Check(t.Context(), addrs, replication.CheckOptions{Patience: patience})
	return strings.Join(report.Problems, "\n")
}

func TestCheckProvesAHealthyTopologyAndLeavesNoKey(t *testing.T) {
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)

	report := replication.Check(t.Context(), top.Addrs(), replication.CheckOptions{Patience: patience})
	require.Empty(t, report.Problems)
	require.Equal(t, replication.Master, report.Servers[0].Role.Name)
	require.Len(t, report.Servers[0].Role.Replicas, len(c)-1)
	for _, s := range report.Servers[1:] {
		require.Equal(t, replication.Connected, s.Role.Link)
		require.Positive(t, s.Lag)
		require.GreaterOrEqual(t, s.LagBytes, int64(0))
		require.Contains(t, s.Refusal, "READONLY")
	}
	require.EqualValues(t, len(c)-1, c[0].Wait(t.Context(), len(c)-1, patience).Val())
	for _, server := range c {
		require.Empty(t, server.Keys(t.Context(), report.Key+"*").Val())
	}
}

func TestCheckFindsTheLinkThatIsDown(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	require.NoError(t, top.Cut(2))
	require.Contains(t, problems(t, top.Addrs()...), top.Addrs()[2]+" has no link to its master "+top.Addrs()[0]+" (")
}

func TestCheckFindsTwoMasters(t *testing.T) {
	topologytest.Faults(t)
	a, b := topologytest.Start(t, 1).Addrs(), topologytest.Start(t, 1).Addrs()
	require.Equal(t, "there are two masters, "+a[0]+" and "+b[0]+": make one a replica: tell it REPLICAOF host port", problems(t, a[0], a[1], b[0]))
}

func TestCheckFindsTheReplicaOfAnotherMaster(t *testing.T) {
	topologytest.Faults(t)
	a, b := topologytest.Start(t, 1).Addrs(), topologytest.Start(t, 1).Addrs()
	require.Equal(t, b[1]+" is a replica of another master, "+b[0]+": what was written at "+a[0]+" did not arrive", problemsWithin(t, time.Second, a[0], a[1], b[1]))
}

// The embedded servers know no failover. So here the test answers.
func TestCheckMeetsAFailover(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "SET" {
			p.WriteError("READONLY You can't write against a read only replica.")
		}
		return cmd == "SET"
	}})
	require.NoError(t, err)
	defer s.Close()
	require.Equal(t, s.Addr()+" said that it is a master, and a moment later that it is a replica: a failover is going on; check again "+
		"(READONLY You can't write against a read only replica.)", problems(t, s.Addr()))
}

func TestCheckMissesTheMaster(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	require.Equal(t, "there is no master among these: "+addrs[1]+" is a replica of "+addrs[0]+"; name that too", problems(t, addrs[1:]...))
}

func TestCheckFindsNobody(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	require.NoError(t, top.Kill(1))
	require.Contains(t, problems(t, top.Addrs()...), top.Addrs()[1]+": nobody answers there: start Redis there")
}

func TestCheckDoesNotHangOnAFrozenServer(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	require.NoError(t, top.Freeze(1))
	require.Contains(t, problemsWithin(t, time.Second, top.Addrs()...), top.Addrs()[1]+": no answer in time")
	require.NoError(t, top.Thaw(1))
	require.NoError(t, top.Freeze(0))
	require.Contains(t, problemsWithin(t, time.Second, top.Addrs()...), top.Addrs()[0]+": no answer in time")
	require.NoError(t, top.Thaw(0))
}

func TestCheckKnowsWhatIsNotRedis(t *testing.T) {
	web := httptest.NewServer(nil)
	defer web.Close()
	addr := strings.TrimPrefix(web.URL, "http://")
	require.Contains(t, problems(t, addr), addr+": this does not answer as Redis does")
}

func TestCheckNeedsTheRightPassword(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer s.Close()
	s.Miniredis().RequireAuth("secret")
	require.Contains(t, problems(t, s.Addr()), "set REDIS_PASSWORD")

	wrong := replication.Check(t.Context(), []string{s.Addr()}, replication.CheckOptions{Login: dial.Login{Password: "wrong"}, Patience: patience})
	require.Len(t, wrong.Problems, 1)
	require.Contains(t, wrong.Problems[0], "REDIS_PASSWORD")
	require.Empty(t, replication.Check(t.Context(), []string{s.Addr()}, replication.CheckOptions{Login: dial.Login{Password: "secret"}, Patience: patience}).Problems)
}

func TestCheckSpeaksTLS(t *testing.T) {
	servers := topologytest.Start(t, 1).Addrs()
	addr, certificate := redistest.TLSProxy(t, servers[0])
	text, err := os.ReadFile(certificate)
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(text))
	report := replication.Check(t.Context(), []string{addr}, replication.CheckOptions{Login: dial.Login{TLS: &tls.Config{RootCAs: trusted}}, Patience: patience})
	require.Empty(t, report.Problems)
	require.Len(t, report.Servers[0].Role.Replicas, len(servers)-1)
}
