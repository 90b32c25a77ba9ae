package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const (
	patience = 2 * time.Minute // for things that must come: it ends a hang, and says nothing about speed
	tick     = 100 * time.Millisecond
)

// tab is one tab of the browser.
type tab struct {
	ctx context.Context
	t   *testing.T
	console
	close func() // before the test ends: later mistakes do not matter
}

// console holds what went wrong in a tab: script errors, what the page's policy forbade, what could not be loaded.
type console struct {
	mu    *sync.Mutex
	wrong *[]string
}

// complaints returns what went wrong until now, and forgets it: the test has expected it.
func (c console) complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	wrong := *c.wrong
	*c.wrong = nil
	return wrong
}

func (c console) complain(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*c.wrong = append(*c.wrong, what)
}

// open opens url in a new tab that is as large as a screen or a phone, and that lives as long as the test. An
// error in its console fails the test.
func open(t *testing.T, url string, width, height int64) tab {
	t.Helper()
	return openWith(t, url, width, height, "")
}

// openWith runs script in the tab before the page's own.
func openWith(t *testing.T, url string, width, height int64, script string) tab {
	t.Helper()
	if chromium == nil {
		const how = "no browser: put chromium on the PATH (apt-get install chromium), or its path into CHROMIUM"
		if os.Getenv("REQUIRE_BROWSER") == "1" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	ctx, closeTab := chromedp.NewContext(chromium)
	ctx, cancel := context.WithCancel(ctx)
	messages := chromedp.Console(ctx)
	log := console{new(sync.Mutex), new([]string)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			// A failed connection to a node or to the map is no mistake of the page, which tells it in words of its own. And the
			// browser asks for an icon when it likes, even from a node that is gone.
			tried := strings.Contains(m.URL, "/ws?") || strings.HasPrefix(m.Text, "WebSocket connection to ") ||
				strings.HasSuffix(m.URL, "/events") || strings.HasSuffix(m.URL, "/page/icon.svg") || strings.HasSuffix(m.URL, "/favicon.ico")
			if m.IsException() || m.Type == chromedp.ConsoleError && !tried {
				log.complain(m.String() + " " + m.URL)
			}
		}
	}()
	end := sync.OnceFunc(func() {
		cancel()
		closeTab()
		<-done
	})
	t.Cleanup(func() {
		end()
		require.Empty(t, log.complaints(), "in the console of %s", url)
	})
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: unfaked + patient + script})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(url)))
	return tab{ctx, t, log, func() { end(); log.complaints() }}
}

// until waits for a JavaScript expression to be true.
func (b tab) until(expression string) {
	b.t.Helper()
	b.untilIn(expression)
}

// untilIn is until, with options that say where the expression is evaluated.
func (b tab) untilIn(expression string, where ...chromedp.EvaluateOption) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	script := fmt.Sprintf(untilTrue, expression)
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, append(where, chromedp.EvalAwaitPromise)...))
		if err == nil {
			return
		}
		select { // a page that was left while it was asked
		case <-ctx.Done():
			require.Fail(b.t, "never true: "+expression, "%v\npage: %s", err, later{b})
		case <-time.After(tick):
		}
	}
}

// untilTrue asks within the page, each time that something in it changes: so it sees also a state that lasts only for a
// moment. Now and then it asks again, because some things are not in the document. To ask from outside, again and
// again, would cost more time than the page itself.
const untilTrue = `new Promise((done) => {
	const { setInterval, clearInterval } = window.unfaked ?? window;
	const is = () => { try { return %s; } catch { return false; } };
	if (is()) return done(true);
	const changes = new MutationObserver(() => ask());
	const timer = setInterval(() => ask(), 50);
	const ask = () => {
		if (!is()) return;
		changes.disconnect();
		clearInterval(timer);
		done(true);
	};
	changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})`

// shows waits for text in the part of the page with that id.
func (b tab) shows(id, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.getElementById(%q).innerText.includes(%q)", id, text))
}

func (b tab) text(id string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf("document.getElementById(%q).innerText", id)))
	require.NoError(b.t, err)
	return text
}

// types types into the element that has the focus, as a person without a mouse does. "\r" is the Enter key, "\t" Tab, "\b"
// the one that deletes. Letters are put in at once, as from a clipboard: key by key, the tests of what people can write
// would take half a minute.
func (b tab) types(keys string) {
	b.t.Helper()
	for len(keys) > 0 {
		letters := strings.IndexAny(keys, "\r\t\b")
		if letters < 0 {
			letters = len(keys)
		}
		var err error
		switch {
		case letters > 0:
			_, err = chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: keys[:letters]})
		case keys[0] == '\r':
			b.enter(0)
		default:
			err = chromedp.Do(b.ctx, chromedp.KeyEvent(keys[:1]))
		}
		require.NoError(b.t, err)
		keys = keys[max(1, letters):]
	}
}

// enter presses Enter. A page can keep it from being typed, as it can with a real key: chromedp's own Enter types a new
// line in any case.
func (b tab) enter(modifiers int64) {
	b.t.Helper()
	key := input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", Modifiers: modifiers}
	_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, key)
	require.NoError(b.t, err)
	key.Type, key.Text = "keyUp", ""
	_, err = chromedp.Call(b.ctx, input.DispatchKeyEvent, key)
	require.NoError(b.t, err)
}

// picture keeps a screenshot in the folder that SCREENSHOTS names, for somebody to look at.
func (b tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	fast := true // a larger file in a third of the time
	shot, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: &fast})
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), shot.Data, 0o644))
}

// later is the page's text when a failure is printed, not before.
type later struct{ b tab }

func (l later) String() string {
	text, err := chromedp.Run(l.b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}
