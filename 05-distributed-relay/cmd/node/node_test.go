package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Two nodes, each with a replica of its own: rows B1 to B4.
func TestTwoNodesAreOneChat(t *testing.T) {
	servers := topologytest.Start(t, 2).Addrs()
	a := start(t, append(at(servers[0], servers[1]), "NODE_NAME=a")...).awaitReady()
	b := start(t, append(at(servers[0], servers[2]), "NODE_NAME=b")...).awaitReady()
	room := redistest.Prefix(t)[:15]
	alice, bob := a.dial("alice", room), b.dial("bob", room)
	carol, dave := a.dial("carol", room), b.dial("dave", room)
	require.Equal(t, "a", alice.Welcome().Node)
	require.Equal(t, "b", bob.Welcome().Node)

	hears := func(who *client, want string) {
		t.Helper()
		require.JSONEq(t, want, string(who.until("message").Data))
	}
	alice.say("from a", 1) // placed: had it come to her as well, it would be the first that she hears
	hears(bob, `"from a"`)
	bob.say("from b", 1)
	hears(alice, `"from b"`)
	for _, who := range []*client{carol, dave} {
		hears(who, `"from a"`)
		hears(who, `"from b"`)
	}
	alice.say("again", 2)
	hears(bob, `"again"`)
}

func TestEachNodeSubscribesAtItsOwnReplica(t *testing.T) {
	top := topologytest.Server(t, 2)
	patterns := func() (n []int64) {
		for _, addr := range top.Addrs() {
			count, err := redisAt(t, addr).PubSubNumPat(t.Context()).Result()
			require.NoError(t, err)
			n = append(n, count)
		}
		return n
	}
	servers := top.Addrs()
	start(t, at(servers[0], servers[1])...).awaitReady()
	require.Equal(t, []int64{0, 3, 0}, patterns())
	start(t, at(servers[0], servers[2])...).awaitReady()
	require.Equal(t, []int64{0, 3, 3}, patterns())
}

func TestClientsOfAKilledNodeLeaveTheRoom(t *testing.T) {
	t.Parallel() // it waits until silence counts as an end
	servers := topologytest.Start(t, 2).Addrs()
	const often = "PROBE_INTERVAL=250ms" // silent for 12 of these, a node is gone
	a := start(t, append(at(servers[0], servers[1]), often)...).awaitReady()
	b := start(t, append(at(servers[0], servers[2]), often)...).awaitReady()
	room := redistest.Prefix(t)[:15]
	alice := a.dial("alice", room)
	bob := b.dial("bob", room)
	sees := func(count int) {
		for {
			if m := alice.until("$presence"); alice.count(m) == count {
				return
			}
		}
	}
	sees(2)
	require.NoError(t, b.Process.Kill())
	_, err := bob.rest()
	require.Error(t, err)
	sees(1)
}

func TestNodeWaitsForServersThatAreNotThereYet(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	master := top.Addrs()[0]
	require.NoError(t, top.Kill(0))
	n := start(t, append(at(master, master), "PROBE_INTERVAL=250ms")...)
	require.Eventually(t, func() bool {
		status, reason := n.readyz()
		require.Equal(t, http.StatusServiceUnavailable, status)
		return strings.Contains(reason, master+": nobody answers there")
	}, patience, 5*time.Millisecond, "the reason names the server")
	status, body := fetch(t, n.url+"/healthz")
	require.Equal(t, http.StatusOK, status, "not ready, but alive")
	require.Equal(t, "ok\n", body)
	require.NoError(t, top.Restart(t.Context(), 0))
	n.awaitReady()
}

func TestDebugLogTellsOfEachClient(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	for level, told := range map[string]bool{"debug": true, "info": false} {
		n := start(t, append(at(server, server), "LOG_LEVEL="+level)...).awaitReady()
		alice := n.dial("alice", "tea")
		require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "order", Data: []byte(`{"cups":2}`)}))
		require.NoError(t, alice.Close())
		n.awaitLog(`level=INFO msg=connected client.id=\S+ client.name=alice client.room=tea`)
		n.awaitLog(`level=INFO msg=disconnected client.id=\S+ client.name=alice client.room=tea`)
		if told {
			n.awaitLog(`level=DEBUG msg=message id=\S+ event=order room=tea data="{\\"cups\\":2}"`)
		} else {
			require.NotContains(t, n.log.String(), "cups", "what people say is not for the log")
			require.NotContains(t, n.log.String(), "DEBUG")
		}
	}
}

func TestProfilesHaveAnAddressOfTheirOwn(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "PPROF_ADDR=127.0.0.1:0")...)
	url := n.awaitLog(`msg=profiles url=(\S+)`)
	status, body := fetch(t, url+"goroutine?debug=1")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "goroutine profile:")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"goroutine?debug=1", nil)
	require.NoError(t, err)
	request.Host, request.Close = "evil.example:6060", true
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusMisdirectedRequest, response.StatusCode, "a name of another site's that leads here")

	off := start(t, at(server, server)...)
	require.NotContains(t, off.log.String(), "profiles")
	for _, node := range []*process{n, off} {
		status, _ := fetch(t, node.url+"/debug/pprof/")
		require.Equal(t, http.StatusNotFound, status, "never where clients come")
	}
}

// That they do come so often, the relay's own tests say.
func TestProbesTellTheirInterval(t *testing.T) {
	server := redistest.Start(t)
	probes := server.Subscribe(t.Context(), "chat:probe")
	defer probes.Close()
	_, err := probes.Receive(t.Context())
	require.NoError(t, err)
	addr := server.Options().Addr
	start(t, append(at(addr, addr), "PROBE_INTERVAL=20ms")...)
	for i := range uint64(50) {
		m, err := probes.ReceiveMessage(t.Context())
		require.NoError(t, err)
		p, err := wire.DecodeProbe(m.Payload)
		require.NoError(t, err)
		require.EqualValues(t, 20, p.Every)
		require.Equal(t, i+1, p.Count)
	}
}

func TestSenderWaitsForTheMasterAsLongAsIsSaid(t *testing.T) {
	topologytest.Faults(t)
	t.Parallel() // it waits for a timeout
	top := topologytest.Start(t, 1)
	// No probe waits before the message: what waits longest decides for all.
	n := start(t, append(at(top.Addrs()[0], top.Addrs()[1]), "PUBLISH_TIMEOUT=3s", "PROBE_INTERVAL=1h")...).awaitReady()
	alice := n.dial("alice", "lobby")
	require.NoError(t, top.Freeze(0))
	sent := time.Now()
	alice.send("hello?", 1)
	require.Contains(t, string(alice.until("$error").Data), `"unavailable"`)
	require.Greater(t, time.Since(sent), 2*time.Second, "of 3 s a fifth is for the way back; the default is 1 s")
	require.NoError(t, top.Thaw(0))
}

func TestLimitsOfClients(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "MAX_MESSAGE_BYTES=200", "RATE_PER_SECOND=0.001", "RATE_BURST=2")...).awaitReady()
	alice := n.dial("alice", "lobby")
	alice.say("one", 1)
	alice.say("two", 2)
	alice.send("three", 3)
	require.Contains(t, string(alice.until("$error").Data), `"rate_limited"`)

	bob := n.dial("bob", "lobby")
	bob.send(fmt.Sprintf("%0200d", 0), 1)
	_, err := bob.rest()
	require.True(t, websocket.IsCloseError(err, websocket.CloseMessageTooBig), "%v", err)
}

func TestOriginsOfPeersAndThoseAllowedMayConnect(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "PEERS=http://127.0.0.1:3001", "ALLOWED_ORIGINS=https://chat.example.com")...)
	for origin, want := range map[string]int{
		"": http.StatusUpgradeRequired, n.url: http.StatusUpgradeRequired,
		"http://127.0.0.1:3001": http.StatusUpgradeRequired, "https://chat.example.com": http.StatusUpgradeRequired,
		"http://127.0.0.1:3002": http.StatusForbidden, "https://example.com": http.StatusForbidden,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.url+"/ws", nil)
		require.NoError(t, err)
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, want, response.StatusCode, origin)
	}
	status, page := fetch(t, n.url+"/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "http://127.0.0.1:3001", "the page knows where else it may go")
}
