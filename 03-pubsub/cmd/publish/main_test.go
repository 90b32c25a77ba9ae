package main

import (
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
	pubsub "example.com/redis-chat/03-pubsub"
)

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	redistest.Main(m)
}

func publishing(t *testing.T, args ...string) (string, error) {
	o, err := parse(args, io.Discard)
	require.NoError(t, err)
	o.patience = patience
	var out strings.Builder
	err = run(t.Context(), o, &out, io.Discard)
	return out.String(), err
}

func TestPublishCountsReceivers(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	addr := client.Options().Addr
	out, err := publishing(t, "-redis", addr, channel, "hello")
	require.NoError(t, err)
	require.Contains(t, out, "0 receivers")

	s, err := pubsub.Subscribe(t.Context(), client, pubsub.Options{Channels: []string{channel}, ConnectTimeout: patience})
	require.NoError(t, err)
	events, err := s.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, pubsub.Subscribed, events[0].Kind)
	out, err = publishing(t, "-redis", addr, "-n", "3", "-rate", "1000", channel, "hello")
	require.NoError(t, err)
	require.Regexp(t, `^published 3 messages in \w+; the last: 1 receiver at this server`, out)
	_, err = publishing(t, "-redis", addr, "-n", "2", "-same", channel, "hello")
	require.NoError(t, err)
	var payloads []string
	for len(payloads) < 5 {
		events, err := s.Receive(t.Context())
		require.NoError(t, err)
		for _, e := range events {
			payloads = append(payloads, e.Payload)
		}
	}
	require.Equal(t, []string{"hello 1", "hello 2", "hello 3", "hello", "hello"}, payloads, "numbered, unless all are to be the same")
}

func TestReplicaIsRefusedAndNothingIsPublishedThere(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	_, err := publishing(t, "-redis", addrs[1], "news", "hello")
	require.ErrorIs(t, err, replication.ErrReplica)
	require.ErrorContains(t, err, "publish at its master, "+addrs[0])
}

func TestClusterAndSentinelAreRefused(t *testing.T) {
	for want, addr := range map[error]string{
		replication.ErrSentinel: redistest.Sentinel(t),
		replication.ErrCluster:  redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}}).Addr(),
	} {
		out, err := publishing(t, "-redis", addr, "news", "hello")
		require.EqualError(t, err, "publish at "+addr+": "+want.Error())
		require.Empty(t, out)
	}
}

// A failover while messages leave: PUBLISH answers as ever, and the server passes nothing on any more.
func TestServerThatIsMadeAReplicaMeanwhile(t *testing.T) {
	top := topologytest.Server(t, 1)
	topologytest.Faults(t)
	clients := topologytest.Clients(t, top)
	sub := clients[0].Subscribe(t.Context(), "news")
	defer sub.Close()
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	demoted := make(chan error, 1)
	go func() {
		_, err := sub.ReceiveMessage(t.Context())
		host, port, _ := net.SplitHostPort(top.Addrs()[1])
		demoted <- errors.Join(err, clients[0].ReplicaOf(t.Context(), host, port).Err())
	}()

	out, err := publishing(t, "-redis", top.Addrs()[0], "-n", "1000000000", "-rate", "100", "news", "hello")
	require.NoError(t, <-demoted)
	require.ErrorIs(t, err, replication.ErrReplica)
	require.ErrorContains(t, err, "of 1000000000, the last of them when the server had just been made a replica: publish at "+top.Addrs()[0])
	require.ErrorContains(t, err, "publish at its master, "+top.Addrs()[1])
	require.Empty(t, out)
}

// The embedded servers know no failover. So here the test answers: a master when it is asked first, and then a replica.
func TestReplicaIsNotSaidToPassTheMessageOn(t *testing.T) {
	var asked atomic.Int32
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd != "ROLE" {
			return false
		}
		if asked.Add(1) == 1 {
			p.WriteRaw("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")
		} else {
			p.WriteRaw("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6380\r\n$9\r\nconnected\r\n:0\r\n")
		}
		return true
	}})
	require.NoError(t, err)
	defer s.Close()
	out, err := publishing(t, "-redis", s.Addr(), "news", "hello")
	require.EqualError(t, err, "published 1 of 1, the last of them when the server had just been made a replica: publish at "+s.Addr()+
		": this is a replica: only its own subscribers would get the message; publish at its master, 127.0.0.1:6380")
	require.Empty(t, out)
}

// patiently is command with another patience.
func patiently(t *testing.T, patience time.Duration, args []string, out, errOut io.Writer) (code int) {
	o, err := parse(args, errOut)
	if o.patience = patience; err == nil {
		err = run(t.Context(), o, out, errOut)
	}
	return cmdline.Exit("publish", err, errOut)
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	for name, mistake := range redistest.Mistakes(t, redistest.Start(t).Options().Addr) {
		t.Run(name, func(t *testing.T) {
			for _, entry := range mistake.Env {
				variable, value, _ := strings.Cut(entry, "=")
				t.Setenv(variable, value)
			}
			var out, errOut strings.Builder
			patience := patience
			if mistake.Silent {
				patience = time.Second
			}
			code := patiently(t, patience, []string{"-redis", mistake.Addr, "news", "hello"}, &out, &errOut)
			require.Equal(t, 1, code, errOut.String())
			require.Regexp(t, `^publish: at `+regexp.QuoteMeta(mistake.Addr)+`: [^\n]+\n$`, errOut.String())
			require.Contains(t, errOut.String(), mistake.Says)
			require.Empty(t, out.String())
		})
	}
}

func TestOldServerWillDo(t *testing.T) {
	client := redistest.Start(t)
	out, err := publishing(t, "-redis", redistest.Redis5Proxy(t, client.Options().Addr), redistest.Prefix(t), "hello")
	require.NoError(t, err)
	require.Contains(t, out, "0 receivers")
}

func TestMistakeInTheCallEndsWith2(t *testing.T) {
	const (
		addr  = "want host:port, such as 127.0.0.1:6379"
		count = "want a whole number from 1 to 1000000000"
		rate  = "want a number from 0 to 1e+09"
	)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "want two arguments, CHANNEL and MESSAGE"},
		{[]string{"news", "two", "words"}, "want two arguments, CHANNEL and MESSAGE"},
		{[]string{"news", "hello", "-n", "3"}, "after the flags, not 4"},
		{[]string{"", "hello"}, `CHANNEL "": want a name`},
		{[]string{"-n", "0", "news", "hello"}, `-n "0": ` + count},
		{[]string{"-n", "x", "news", "hello"}, `-n "x": ` + count},
		{[]string{"-n=-1", "news", "hello"}, count},
		{[]string{"-n", "99999999999999999999", "news", "hello"}, count},
		{[]string{"-rate", "-1", "news", "hello"}, `-rate "-1": ` + rate},
		{[]string{"-rate", "NaN", "news", "hello"}, `-rate "NaN": ` + rate},
		{[]string{"-rate", "1e400", "news", "hello"}, rate},
		{[]string{"-rate", "fast", "news", "hello"}, rate},
		{[]string{"-redis", "localhost:zz", "news", "hello"}, `-redis "localhost:zz": ` + addr},
		{[]string{"-redis", "localhost", "news", "hello"}, `-redis "localhost": ` + addr},
		{[]string{"-redis", "", "news", "hello"}, addr},
		{[]string{"-redis", "redis://localhost:6379", "news", "hello"}, addr},
		{[]string{"-redis", "localhost:0", "news", "hello"}, addr},
		{[]string{"-redis", "localhost:65536", "news", "hello"}, addr},
		{[]string{"-redis", "localhost:6379/", "news", "hello"}, addr},
		{[]string{"-redis", " localhost:6379", "news", "hello"}, addr},
		{[]string{"-nonsense", "news", "hello"}, "flag provided but not defined: -nonsense; -h lists the flags"},
		{[]string{"-n"}, "flag needs an argument: -n; -h lists the flags"},
	} {
		var out, errOut strings.Builder
		require.Equal(t, 2, command(t.Context(), c.args, &out, &errOut), c.args)
		require.Contains(t, errOut.String(), c.want, c.args)
		require.Regexp(t, `^publish: [^\n]+\n$`, errOut.String())
		require.Empty(t, out.String())
	}
	t.Setenv("REDIS_TLS", "yes")
	var errOut strings.Builder
	require.Equal(t, 2, command(t.Context(), []string{"news", "hello"}, io.Discard, &errOut))
	require.Equal(t, "publish: REDIS_TLS \"yes\": want true or false\n", errOut.String())
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultThatNobodyGetsIsNoSuccess(t *testing.T) {
	client := redistest.Start(t)
	var errOut strings.Builder
	require.Equal(t, 1, patiently(t, patience, []string{"-redis", client.Options().Addr, redistest.Prefix(t), "hello"}, full{}, &errOut))
	require.Equal(t, "publish: no space left on device\n", errOut.String())
}

func TestCtrlCSaysHowFarItGot(t *testing.T) {
	client := redistest.Start(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var errOut strings.Builder
	require.Equal(t, 1, command(ctx, []string{"-redis", client.Options().Addr, redistest.Prefix(t), "hello"}, io.Discard, &errOut))
	require.Equal(t, "publish: interrupted: published nothing\n", errOut.String())
}
