package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// fits requires that nothing sticks out of the window or covers something else, and that the messages have their share.
func (b tab) fits(share float64) {
	b.t.Helper()
	b.until(`document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight`)
	b.until(`[...document.querySelectorAll("header, header *, button, textarea, summary, #log")].filter((e) => e.checkVisibility()).every((e) => {
		const box = e.getBoundingClientRect();
		return !box.width || box.left >= 0 && box.right <= innerWidth + 0.5 && box.bottom <= innerHeight + 0.5;
	})`)
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](`document.getElementById("log").clientHeight / innerHeight`))
	require.NoError(b.t, err)
	require.Greater(b.t, got, share)
}

func TestPageFitsTheScreen(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	b := open(t, n.url("alice")+"&lang=en", 1280, 800)
	b.shows("status", "Connected")
	n.all(b)
	n.say("go", "https://a.example/"+strings.Repeat("long", 60))
	n.say("go", strings.Repeat("word ", 60))
	b.types("two")
	b.enter(shift)
	b.types("lines")
	for _, c := range []struct {
		name          string
		width, height int64
		share         float64
	}{
		{"size-projector", 1920, 1080, 0.75},
		{"size-tablet", 800, 1000, 0.7},
		{"size-zoomed", 640, 400, 0.4}, // 1280 by 800 at 200 %
		{"size-frame", 360, 480, 0.5},
		{"size-320", 320, 568, 0.5},
	} {
		require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(c.width, c.height)))
		b.settle()
		b.fits(c.share)
		b.picture(c.name)
	}
	form := open(t, "http://"+n.addr+"/?lang=ja", 320, 400)
	form.until(`document.activeElement.id === "name"`)
	form.until(`document.documentElement.scrollWidth <= innerWidth`)
	form.picture("size-form")
}
