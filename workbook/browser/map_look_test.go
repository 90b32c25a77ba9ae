package browser

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// lively opens the map of a system in which something has been said.
func lively(t *testing.T, probes string, width, height int64) tab {
	t.Helper()
	s := startMap(t, probes)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), width, height)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	left.says("Hello from the left")
	right.shows("log", "Hello from the left")
	right.says("Hello from the right")
	left.shows("log", "Hello from the right")
	_, err := s.Emit(t.Context(), "", "and from the emitter")
	require.NoError(t, err)
	right.shows("log", "and from the emitter")
	return b
}

// projected keeps a picture of the map as a projector shows it.
func (b tab) projected(name string) {
	b.t.Helper()
	if os.Getenv("SCREENSHOTS") == "" {
		return
	}
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1920, 1080)))
	b.picture(name)
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1000, 700)))
}

func TestMapKeepsNobodyOut(t *testing.T) {
	b := lively(t, quick, 1000, 700)
	b.press("kill", "replica-2")
	b.told("noticed", "node-2 is not ready")
	b.accessible()
	b.projected("map-dark")
	b.scheme("light")
	b.projected("map-projector")
}

func TestMapFitsEveryScreen(t *testing.T) {
	b := lively(t, slow, 1280, 720)
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"map-720p", 1280, 720}, {"map-320", 320, 640}, {"map-tablet", 800, 1100}} {
		require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(screen.width, screen.height)))
		b.until(`document.documentElement.scrollWidth <= innerWidth`)
		b.until(`document.querySelector("#map .dot") === null`)
		b.evaluate(`scrollTo(0, 0), true`)
		b.picture(screen.name)
	}
}

// Three messages that are on their way together: no words lie on others', or on a box.
func TestWordsOnTheMapLieOnNothing(t *testing.T) {
	s := startMap(t, slow)
	b := openMap(t, s.MapURL(), 1280, 720)
	nodes := s.State().Nodes
	left, _ := b.panes(t, nodes[0].URL, nodes[1].URL)
	b.evaluate(`window.shown = new Set(), window.onOthers = [], window.look = () => {
		const part = (e) => { const { left, top, right, bottom } = e.getBoundingClientRect(); return { left, right, top: top + 3, bottom: bottom - 3 }; };
		const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
		const words = [...document.querySelectorAll("#map .dot .said")].filter((e) => getComputedStyle(e).visibility === "visible");
		const boxes = [...document.querySelectorAll("#map .box")];
		words.forEach((word, i) => {
			shown.add(word.textContent);
			for (const other of [...words.slice(i + 1), ...boxes]) {
				if (overlap(part(word), part(other))) onOthers.push(word.textContent + " on " + (other.textContent || other.parentNode.textContent));
			}
		});
		requestAnimationFrame(look);
	}, look(), true`)
	left.says("one, the first")
	left.says("two, the second")
	left.says("three, the third")
	b.until(`shown.has("one, the first") && shown.has("two, the seco…") && shown.has("three, the th…")`)
	b.picture("map-three")
	b.until(`document.querySelectorAll("#ways tbody tr").length === 3 && document.querySelector("#map .dot") === null`)
	on, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`onOthers`))
	require.NoError(t, err)
	require.Empty(t, on)
}

func TestMapWithoutMotionIsATable(t *testing.T) {
	s := startMap(t, slow)
	b := openMap(t, s.MapURL(), 1000, 700)
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	require.NoError(t, err)
	b.shows("status", "live")
	b.evaluate(`new MutationObserver(() => { window.moved = true; }).observe(document.querySelector("#map .dots"), { childList: true }), true`)
	_, err = s.Emit(t.Context(), "", "still")
	require.NoError(t, err)
	b.until(`document.querySelector("#ways tbody tr")?.cells[4].textContent.match(/^(seen|late)$/)`) // late: by a slow machine
	b.until(`document.querySelector("#map .lit") === null`)
	b.evaluate(`window.moved === undefined && document.getAnimations().length === 0`)
}

// More messages than an eye can follow are flows with rates, and a sample of dots.
func TestMapUnderLoadShowsFlows(t *testing.T) {
	s := startMap(t, slow)
	b := open(t, s.MapURL(), 1000, 700)
	b.shows("status", "live")
	b.evaluate(`new MutationObserver(() => { window.most = Math.max(window.most ?? 0, document.querySelectorAll("#map .dot").length); })
		.observe(document.querySelector("#map .dots"), { childList: true }), true`)
	master := redis.NewClient(&redis.Options{Addr: s.State().Servers[0].Addr})
	defer master.Close()
	e := wire.Envelope{UID: wire.EmitterUID, Event: "message", Args: []any{jsonOf("load")}}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; <-tick.C {
			_, _ = master.Pipelined(ctx, func(p redis.Pipeliner) error { // in one go: 15 a second are many on any machine
				for range 10 {
					p.Publish(ctx, e.Channel("socket.io"), payload)
				}
				return nil // its last words do not matter
			})
		}
	}()
	b.until(`document.body.classList.contains("busy")`)
	b.shows("pace", "flows with their rates")
	b.until(`[...document.querySelectorAll("#map .labels text")].filter((label) => /^\d+\/s$/.test(label.textContent)).length >= 5`)
	b.until(`document.querySelectorAll("#map path[data-flow='2'], #map path[data-flow='3']").length >= 5`)
	b.projected("map-load")
	cancel()
	<-done
	b.until(`!document.body.classList.contains("busy") && document.querySelectorAll("#map .labels text").length === 0`)
	b.evaluate(`window.most <= 60`)
}
