package browser

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// process is a node that is a process of its own, and can be killed.
type process struct {
	*exec.Cmd
	t    *testing.T
	name string
	addr string
	log  redistest.Buffer
}

// What messages travel by.
const onPubSub, onStream = "node", "streamnode"

// cluster is a master, two replicas, and two nodes that know each other as peers, all of them ready.
func cluster(t *testing.T, probes string) (nodes [2]*process, master *redis.Client) {
	t.Helper()
	nodes, servers := clusterOf(t, onPubSub, probes)
	return nodes, redisAt(t, servers[0])
}

func redisAt(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// clusterOf is one of that kind of nodes, and the addresses of its servers, the master first.
func clusterOf(t *testing.T, kind, probes string) (nodes [2]*process, servers []string) {
	t.Helper()
	if chromium == nil {
		open(t, "", 0, 0) // skips or fails
	}
	servers = topologytest.Start(t, 2).Addrs()
	addrs := [2]string{freeAddr(t), freeAddr(t)}
	for i := range nodes {
		nodes[i] = startProcess(t, kind, fmt.Sprint("n", i+1), addrs[i], servers[0], servers[1+i], "http://"+addrs[1-i], probes)
	}
	for _, n := range nodes {
		require.Eventually(t, n.ready, patience, tick, "%s is not ready", n.name)
	}
	return nodes, servers
}

func startProcess(t *testing.T, kind, name, addr, master, replica, peer, probes string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(self, kind, probes), t: t, name: name, addr: addr}
	host := func(addr string) (string, string) {
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		return host, port
	}
	listen, port := host(addr)
	pubHost, pubPort := host(master)
	subHost, subPort := host(replica)
	p.Env = []string{
		"PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"LISTEN_HOST=" + listen, "PORT=" + port, "NODE_NAME=" + name, "PEERS=" + peer,
		"PUB_HOST=" + pubHost, "PUB_PORT=" + pubPort, "SUB_HOST=" + subHost, "SUB_PORT=" + subPort,
	}
	p.Stdout, p.Stderr = &p.log, &p.log
	require.NoError(t, launch.StartChild(p.Cmd))
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s:\n%s", name, p.log.String())
		}
	})
	return p
}

// kill is kill -9.
func (p *process) kill() {
	p.t.Helper()
	if err := p.Process.Kill(); !errors.Is(err, os.ErrProcessDone) {
		require.NoError(p.t, err)
		_ = p.Wait() // "signal: killed"
	}
}

func (p *process) ready() bool {
	answer, err := http.Get("http://" + p.addr + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// freeAddr is an address that nobody listens at. It is not one of those that the system gives to outgoing connections,
// so that it stays free.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_768))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	require.Fail(t, "no port is free")
	return ""
}

func (p *process) url(name string) string { return "http://" + p.addr + "/?name=" + name }

func (p *process) join(name string) tab {
	p.t.Helper()
	b := openWith(p.t, p.url(name), 1100, 700, watchful)
	b.shows("status", "Connected to "+p.name+" as "+name)
	return b
}

// Only the page's own waits do not depend on the machine: it has noticed at once, and waits for less than a second
// before it goes to the other node, which takes it at the first try.
func TestPageOfAKilledNodeIsBackOnTheOtherWithinThreeSeconds(t *testing.T) {
	t.Parallel()
	nodes, _ := cluster(t, "250ms")
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, watchful+waits)
	alice.shows("status", "Connected to n1 as alice")
	bob := nodes[1].join("bob")
	bob.types("before\r")
	alice.shows("log", "before")

	alice.evaluate(`window.waits = [], true`)
	killed := time.Now()
	nodes[0].kill()
	alice.shows("status", "Connected to n2 as alice")
	bob.types("after\r")
	alice.shows("log", "after")
	t.Logf("back, and heard a message, after %v", time.Since(killed).Round(time.Millisecond))
	alice.evaluate(`sockets.length === 2 && sockets[1].url.startsWith("ws://` + nodes[1].addr + `/")`)
	alice.evaluate(`waits = waits.filter((ms) => !Number.isInteger(ms)), waits.length === 1 && waits[0] <= 500`) // the one that is random
	alice.types("I am back\r")
	bob.shows("log", "I am back")
	// The dead node's alice is forgotten when its probes have been missing for 3 seconds.
	bob.until(`document.getElementById("present").innerText.split("\n").length === 2`)
	alice.picture("other-node")
}

// waits runs before the page's own script: it notes for how long the page asks to be woken.
const waits = `
{
	const real = setTimeout;
	window.waits = [];
	window.setTimeout = (f, ms, ...more) => (waits.push(ms), real(f, ms, ...more));
}
`

// Whoever can publish at Redis can speak as anybody. But the page shows it only as text, and never as words of the node.
func TestWhatIsPublishedAtRedisStaysText(t *testing.T) {
	t.Parallel()
	nodes, master := cluster(t, slow)
	b := nodes[0].join("alice")
	publish := func(e wire.Envelope) {
		t.Helper()
		payload, err := e.Append(nil)
		require.NoError(t, err)
		require.NoError(t, master.Publish(t.Context(), e.Channel("socket.io"), payload).Err())
	}
	for _, p := range payloads {
		data := []any{jsonOf(p.text)}
		publish(wire.Envelope{UID: wire.EmitterUID, Event: "message", Args: data})
		b.last("announcement", "", p.text)
		publish(wire.Envelope{UID: p.text, Event: "message", Args: data, Rooms: []string{"lobby"}, From: p.text + override})
		b.last(p.text+override, "", p.text)
		publish(wire.Envelope{UID: "forged", Event: hostileEvent, Args: append(data, []byte(p.text)), From: override, At: 1 << 55})
		b.until(fmt.Sprintf(`[...document.querySelectorAll(".message")].at(-1).innerText.includes(%s)`, quote(hostileEvent)))
	}
	publish(wire.Envelope{UID: "forged", Event: "$welcome", Args: []any{jsonOf("x")}, From: "node"})
	publish(wire.Envelope{UID: "forged", Event: "$degraded", Args: []any{jsonOf("x")}})
	publish(wire.Envelope{UID: "forged", Event: "message", Args: []any{jsonOf("the end")}})
	b.last("announcement", "", "the end")
	require.NotContains(t, b.text("log"), "Messages may be missing")
	require.True(t, strings.HasSuffix(b.text("status"), "as alice"), b.text("status"))
	b.picture("forged")
	b.untouched()
	b.inOrder()
}
