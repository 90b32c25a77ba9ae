package sentinel_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/sentinel"
)

func TestWhyThereIsNoMasterIsASentence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := l.Addr().String()
	require.NoError(t, l.Close())
	server, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	for name, test := range map[string]struct {
		addrs []string
		want  string
	}{
		"no address":           {nil, "look for the master: no Sentinel to ask: give the address of one at least"},
		"nobody is there":      {[]string{nobody}, "ask the Sentinel at " + nobody + ": nobody answers there: start Redis there, or give another address (connect: connection refused)"},
		"it is a plain server": {[]string{server.Addr()}, "ask the Sentinel at " + server.Addr() + ": this is a Redis server, and no Sentinel: those are usually at port 26379"},
	} {
		_, err := sentinel.Find(t.Context(), sentinel.Options{Addrs: test.addrs})
		require.EqualError(t, err, test.want, name)
	}
}

func TestOneSentinelThatAnswersIsEnoughToFindTheMaster(t *testing.T) {
	top, await := start(t)
	await(settled)
	for _, i := range []int{0, 2} {
		require.NoError(t, top.KillSentinel(i))
	}
	v, err := sentinel.Find(t.Context(), sentinel.Options{Addrs: top.Sentinels(), Name: top.Name()})
	require.NoError(t, err)
	require.Equal(t, top.Addrs()[0], v.Master)
	require.Equal(t, []int{1, 3}, []int{v.Heard, v.Of})
	_, err = sentinel.Find(t.Context(), sentinel.Options{Addrs: top.Sentinels()[1:2], Name: "other"})
	require.EqualError(t, err, `ask the Sentinel at `+top.Sentinels()[1]+` for other: it watches no master of that name: see its "sentinel monitor"`)
	require.ErrorIs(t, err, sentinel.ErrUnknownMaster)
}
