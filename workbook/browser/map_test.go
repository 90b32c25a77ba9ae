package browser

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"testing"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system"
	"github.com/chromedp/chromedp"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// How often nodes publish a probe. When three are late, a node says that it is not ready. So they are frequent in tests
// about that. In all others they are rare, so that even a slow machine is in time.
const (
	quick = "1s"
	slow  = "20s"
)

// maps has room for as many maps as there are cores: each has two nodes, and three pages that move.
var maps = make(chan struct{}, runtime.GOMAXPROCS(0))

// startMap starts the whole system, embedded, with its map.
func startMap(t *testing.T, probes string) *system.System {
	t.Helper()
	return startMapOf(t, probes, system.Options{Redis: "embedded"})
}

func startMapOf(t *testing.T, probes string, o system.Options) *system.System {
	t.Helper()
	t.Parallel()
	if chromium == nil {
		open(t, "", 0, 0) // skips or fails
	}
	maps <- struct{}{}
	t.Cleanup(func() { <-maps })
	_, port, err := net.SplitHostPort(freeAddr(t))
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	o.MapPort, o.Node = number, []string{self, "node", probes}
	s, err := system.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

func TestMapShowsTextAsText(t *testing.T) {
	s := startMap(t, slow)
	state := s.State()
	b := openWith(t, s.MapURL(), 1300, 900, watchful)
	b.shows("status", "live")

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eve, err := client.Dial(ctx, state.Nodes[0].URL, client.DialOptions{Name: hostileName, Room: hostileRoom})
	require.NoError(t, err)
	t.Cleanup(func() { _ = eve.Close() })
	b.shows("lines", hostileName+" connected")
	b.until(`document.getElementById("map").textContent.includes("<img src=x onerror")`) // its name, on the map

	master := redis.NewClient(&redis.Options{Addr: state.Servers[0].Addr})
	t.Cleanup(func() { _ = master.Close() })
	require.NoError(t, eve.Send(t.Context(), frame.Frame{Event: hostileEvent, Data: jsonOf(payloads[0].text)}))
	b.shows("lines", "["+hostileEvent+"] "+payloads[0].text)
	for i, p := range payloads {
		if !p.runs { // all of them would be more lines than the map shows in a second
			continue
		}
		e := wire.Envelope{UID: p.text, Event: p.text, Args: []any{jsonOf(fmt.Sprint("forged ", i, p.text))}, From: p.text + override, Rooms: []string{p.text, override}}
		payload, err := e.Append(nil)
		require.NoError(t, err)
		require.NoError(t, master.Publish(t.Context(), e.Channel("socket.io"), payload).Err())
		b.shows("lines", fmt.Sprint("forged ", i))
	}
	b.evaluate(`document.querySelector("[name=text]").value = "typed " + ` + quote(payloads[0].text) + `,
		document.querySelector("[name=room]").value = ` + quote(payloads[0].text+override) + `, document.querySelector("#emit button").click(), true`)
	b.shows("lines", "typed "+payloads[0].text)
	b.picture("hostile-map")

	b.evaluate(`[...document.querySelectorAll("#lines *")].every((e) => ["LI", "TIME", "BDI", "SPAN"].includes(e.tagName))`)
	b.evaluate(`[...document.querySelectorAll("#map *, #timeline *")].every((e) => ["g", "rect", "text", "title", "path", "circle"].includes(e.tagName))`)
	b.evaluate(`[...document.querySelectorAll("#ways tbody *")].every((e) => ["TR", "TH", "TD", "BDI"].includes(e.tagName))`)
	b.evaluate(`[...document.querySelectorAll("iframe")].every((e) => /^http:.*[?]name=(alice|bob)&room=lobby$/.test(e.src))`)
	b.evaluate(`!document.querySelector("img, video, style, object, embed, base, [style]:not(#map), [onerror], [onload], [onclick]")`)
	taken, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`taken.filter((what) => !what.startsWith("made: "))`))
	require.NoError(t, err)
	require.Empty(t, taken)
}
