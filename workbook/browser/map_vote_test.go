package browser

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/status"
	"github.com/stretchr/testify/require"
)

// startWatchedMap is startMap with real servers and three Sentinels. On a slow machine a server must not look dead: so
// they wait longer than usual.
func startWatchedMap(t *testing.T, probes string) *system.System {
	t.Helper()
	needsSentinels(t)
	return startMapOf(t, probes, system.Options{Redis: "server", Sentinels: 3, DownAfter: 3 * time.Second})
}

// needsSentinels skips the test where there is no redis-server; with REQUIRE_REDIS=1 it fails instead.
func needsSentinels(t *testing.T) {
	t.Helper()
	for _, name := range []string{"redis-server", "valkey-server"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	const how = "a Sentinel is a redis-server: put redis-server or valkey-server on the PATH (apt-get install redis-server)"
	if os.Getenv("REQUIRE_REDIS") == "1" {
		t.Fatal(how)
	}
	t.Skip(how)
}

// master is the name of the server that stands on top of the picture.
const master = `document.querySelector("#map .master .name")?.textContent`

func TestMapShowsTheVoteAndTheNextMaster(t *testing.T) {
	s := startWatchedMap(t, quick)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1280, 720)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	left.says("before")
	right.shows("log", "before")
	b.until(master + ` === "server-1"`)
	b.shows("vote", "master: server-1")
	b.evaluate(`document.querySelectorAll("#map .sentinel").length === 3`)
	b.until(`document.querySelector("#map .dot") === null`)
	b.picture("map-sentinels")

	b.press("kill", "server-1")
	b.becomes("server-1", status.Gone)
	b.told("noticed", "holds it to be down (sdown)")
	b.told("noticed", "votes for sentinel-")
	b.told("noticed", "leads the failover")
	b.until(master + `.match(/^server-[23]$/)`)
	b.picture("map-vote")
	b.told("noticed", "no longer server-1")
	next := s.State().Master
	require.Contains(t, []string{"server-2", "server-3"}, next)
	b.until(fmt.Sprintf(master+` === %q`, next))
	b.shows("vote", "master: "+next)
	b.until(fmt.Sprintf(`[...document.querySelectorAll("#sentinels dd")].filter((dd) => dd.textContent.startsWith(%q)).length === 3`, next+", epoch 1"))
	for _, p := range []pane{left, right} {
		p.until(`!document.body.classList.contains("degraded")`)
	}
	left.says("by the new master")
	right.shows("log", "by the new master")
	b.evaluate(`document.querySelector("#emit button").click(), true`)
	b.told("answer", "reached 1 of 1 replicas")
	left.shows("log", "Hello!")
	b.projected("map-failed-over")
}

// What Sentinels add has room on each screen, can be reached by keyboard, and keeps nobody out.
func TestMapWithSentinelsFitsAndFailsOverByKeyboard(t *testing.T) {
	s := startWatchedMap(t, quick)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1280, 720)
	b.panes(t, nodes[0].URL, nodes[1].URL)
	b.until(`document.querySelectorAll("#sentinels .badge[data-state=up]").length === 3`)
	for _, screen := range [][2]int64{{1280, 720}, {1680, 1000}} {
		b.sized(screen[0], screen[1])
		for _, part := range []string{"#pane-left iframe", "#pane-right iframe", "#map", "#map .box", "#vote"} {
			b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].every((e) => {
				const box = e.getBoundingClientRect();
				return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
			})`, part))
		}
		b.until(`[...document.querySelectorAll("#map .name")].every((name) => name.getBoundingClientRect().height >= 12)`)
	}
	for name, screen := range map[string][2]int64{"320": {320, 640}, "tablet": {800, 1100}, "720p": {1280, 720}} {
		b.sized(screen[0], screen[1])
		b.until(`document.documentElement.scrollWidth <= innerWidth`)
		b.evaluate(`scrollTo(0, 0), true`)
		b.picture("map-sentinels-" + name)
	}

	b.press("kill", "sentinel-2")
	b.becomes("sentinel-2", status.Gone)
	b.told("noticed", "2 of 3 are there, most of them")
	b.accessible()
	b.picture("map-sentinels-dark")
	b.evaluate(`document.querySelector("#part-sentinel-3 button").focus(), true`)
	for range 3 {
		b.types("\t")
	}
	b.evaluate(`document.activeElement.textContent === "Make another server the master"`)
	b.evaluate(`mark(), true`)
	b.enter(0)
	b.until(`document.querySelector("#failover output").textContent.includes("failover")`)
	b.told("done", "failover server-1")
	b.told("noticed", "leads the failover")
	b.until(master + `.match(/^server-[23]$/)`)
	b.scheme("light")
	b.projected("map-planned")
}
