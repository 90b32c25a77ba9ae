package proxies

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// enterAll connects so many visitors, and tells how many are at each node.
func (p *proxy) enterAll(t *testing.T, n int) (all []*visitor, at map[string]int) {
	t.Helper()
	at = map[string]int{}
	for i := range n {
		v := p.enter(t, fmt.Sprintf("visitor-%d", i))
		all = append(all, v)
		at[v.welcome.Node]++
	}
	return all, at
}

// ended waits until the node has closed the connection, and returns its code.
func (v *visitor) ended() int {
	for {
		if _, _, err := v.ReadMessage(); err != nil {
			return closeCode(err)
		}
	}
}

// A node that ends is not ready first, and closes when its proxy has noticed: whoever is closed goes to the other one.
func TestNobodyComesBackToANodeThatLeaves(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		// The files ask once a second. On a machine at a tenth of its speed that must do, too.
		both, _ := nodes(t, "DRAIN_DELAY=10s", "GRACE=2s")
		p := k.before(t, both...)
		all, at := p.enterAll(t, 10)
		require.Equal(t, map[string]int{"n1": 5, "n2": 5}, at)
		both[0].signal(t, syscall.SIGTERM)
		for _, v := range all { // they are closed in the order in which they came
			if v.welcome.Node == "n1" {
				require.Equal(t, 1001, v.ended())
				require.Equal(t, "n2", p.enter(t, v.welcome.Name).welcome.Node, "%s came back to the node that leaves", v.welcome.Name)
			}
		}
		<-both[0].ended
		require.Contains(t, both[0].log.String(), `msg="not ready: about to leave" in=10s`)
		require.Contains(t, both[0].log.String(), `msg="going away" clients=5`, "nobody came in the meantime")
		require.Equal(t, http.StatusOK, p.get(t, "/", true).status)
	})
}

func TestNodeThatIsKilledIsPassedOver(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, redis := nodes(t)
		p := k.before(t, both...)
		all, at := p.enterAll(t, 4)
		require.Equal(t, map[string]int{"n1": 2, "n2": 2}, at)
		both[0].kill()
		for range 5 { // at once, and every time
			require.Equal(t, http.StatusOK, p.get(t, "/", true).status)
		}
		for _, v := range all {
			if v.welcome.Node == "n1" {
				require.Equal(t, 1006, v.ended(), "no close frame: the page goes on by itself")
				require.Equal(t, "n2", p.enter(t, v.welcome.Name).welcome.Node)
			}
		}
		// It comes back at the same address, and is taken again.
		again := startNode(t, "n1", redis.Addr(), "PORT="+port(both[0].addr))
		require.Eventually(t, again.ready, patience, tick)
		require.Eventually(t, func() bool {
			return p.enter(t, "newcomer").welcome.Node == "n1"
		}, patience, tick)
	})
}

// Nodes are deaf when Redis is gone. Newcomers still get the page, and it gets a sentence.
func TestPageComesWhenNoNodeDelivers(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, redis := nodes(t, "PROBE_INTERVAL=100ms", "PUBLISH_TIMEOUT=1s")
		first, asked := watched(t, both[0])
		p := k.before(t, first, both[1])
		alice := p.enter(t, "alice")
		require.NoError(t, redis.Kill())
		alice.until("$degraded")
		require.Eventually(t, func() bool { return !both[0].ready() && !both[1].ready() }, patience, tick)
		if k.name == "nginx" { // which asks nobody in advance: the node itself says that it is deaf
			p.enter(t, "bob").until("$degraded")
		} else {
			require.Eventually(t, func() bool { return p.get(t, "/ws?name=bob", true).status == 503 }, patience, tick)
			a := p.get(t, question("https://"+site), true)
			require.Equal(t, http.StatusServiceUnavailable, a.status)
			require.Equal(t, "no node delivers messages at the moment", a.body)
			require.Regexp(t, `^text/plain`, a.header.Get("Content-Type"))
			require.Equal(t, "5", a.header.Get("Retry-After"))
			require.Equal(t, a.body, p.get(t, "/chat"+question("https://"+site), false).body)
		}
		if k.name != "nginx" { // it has asked often enough to know
			before := asked.Load()
			require.Eventually(t, func() bool { return asked.Load() > before+8 }, patience, tick)
		}
		for range 4 {
			require.Equal(t, http.StatusOK, p.get(t, "/", true).status)
			require.Equal(t, http.StatusOK, p.get(t, "/page/chat.js", false).status)
		}
		alice.says("who is connected stays so") // and is told what becomes of it
		require.NoError(t, redis.Restart(t.Context()))
		alice.until("$recovered")
		require.Eventually(t, func() bool { return p.get(t, "/ws?name=bob", true).status == 426 }, patience, tick)
		bob := p.enter(t, "bob")
		bob.says("back")
		alice.hears("back")
	})
}

// watched is a node at another address, where it is counted how often it is asked whether it is well.
func watched(t *testing.T, n *node) (*node, *atomic.Int64) {
	asked := new(atomic.Int64)
	to := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: n.addr})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			asked.Add(1)
		}
		to.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return &node{process: n.process, name: n.name, addr: strings.TrimPrefix(s.URL, "http://")}, asked
}
