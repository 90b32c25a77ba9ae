package relay

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestOnlyWhatIsSurelyForNobodyHereIsPassedOver(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	socket(t, server.Listener.Addr().String())
	t.Cleanup(func() { hub.Drain(t.Context(), 0) })
	require.Eventually(t, func() bool { return hub.Occupied("lobby") }, Patience, time.Millisecond)

	tracer := &Tracer{}
	r := New(Options{Prefix: "test:", Key: "shop", MaxPayload: 1000, Trace: tracer})
	r.hub = hub
	f := r.newForeign()
	ask := func(channel string, e wire.Envelope) bool {
		payload, err := e.Append(nil)
		require.NoError(t, err)
		pub, seq, ok := f.passOver(channel, string(payload))
		if ok {
			require.Equal(t, e.Pub, pub)
			require.Equal(t, e.Seq, seq)
		}
		return ok
	}
	to := func(rooms ...string) wire.Envelope {
		return wire.Envelope{UID: "abc123", Event: "message", Rooms: rooms, Pub: "other", Seq: 7}
	}
	own, unnumbered, large, named := to("tea"), to("tea"), to("tea"), to("tea")
	own.Pub, unnumbered.Pub, unnumbered.Seq, large.From, named.Pub = r.pub, "", 0, string(make([]byte, 1000)), string(make([]byte, wire.MaxPub+1))
	for name, c := range map[string]struct {
		channel string
		message wire.Envelope
		want    bool
	}{
		"to a room of others":                {"test:shop#/#tea#", to("tea"), true},
		"without a number":                   {"test:shop#/#tea#", unnumbered, true},
		"a name like a channel's":            {"test:shop#/###", to("#"), true},
		"to a room of ours":                  {"test:shop#/#lobby#", to("lobby"), false},
		"to all":                             {"test:shop#/#", to(), false},
		"to two rooms":                       {"test:shop#/#", to("tea", "go"), false},
		"on another room's channel":          {"test:shop#/#tea#", to("lobby"), false},
		"on a channel that is no room's":     {"test:shop#/#tea", to("tea"), false},
		"of another key":                     {"test:socket.io#/#tea#", to("tea"), false},
		"a probe's channel":                  {"test:shop:chat:probe", to("tea"), false},
		"this node's own":                    {"test:shop#/#tea#", own, false},
		"too large":                          {"test:shop#/#tea#", large, false},
		"of a publisher with a name so long": {"test:shop#/#tea#", named, false},
	} {
		require.Equal(t, c.want, ask(c.channel, c.message), name)
	}
	tracer.Watch(func(Step) {}, 1)
	require.False(t, ask("test:shop#/#tea#", to("tea")), "somebody looks")
	tracer.Watch(nil, 0)
	require.True(t, ask("test:shop#/#tea#", to("tea")))
}

// Whoever can publish can name a new publisher with each message.
func TestIdentitiesThatAreKeptAreBounded(t *testing.T) {
	f := &foreign{pubs: map[string]string{}}
	for n := range 3 * mostKept {
		pub := string(rune('a'+n%26)) + string(rune(0x4e00+n))
		require.Equal(t, pub, f.keep(pub))
		require.LessOrEqual(t, len(f.pubs), mostKept)
	}
}
