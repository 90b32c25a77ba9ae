package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium is the one browser of this run; each tab is a context derived from it. Nil: there is none.
var chromium context.Context

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	bin := find()
	if bin == "" {
		return m.Run() // each test says what is missing
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(30*time.Second),
	)
	if os.Geteuid() == 0 { // as in a container: Chromium refuses to run as root with its sandbox
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, quit := chromedp.NewContext(allocator)
	defer quit()
	if err := chromedp.Do(browser); err != nil { // starts it
		fmt.Fprintf(os.Stderr, "start %s: %v\n", bin, err)
		return 1
	}
	chromium = browser
	return m.Run()
}

// find returns the path of a Chromium, or "".
func find() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// tab is one tab of the browser.
type tab struct {
	ctx context.Context
	t   *testing.T
}

// open opens url in a new tab that is as large as a screen or a phone, and that lives as long as the test. A script
// error in it, or something that the page's policy forbids, fails the test.
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
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	messages := chromedp.Console(ctx)
	var wrong []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			if m.IsException() || m.Source == "security" {
				wrong = append(wrong, m.String())
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		closeTab()
		<-done
		require.Empty(t, wrong, "in the console of %s", url)
	})
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(url)))
	return tab{ctx, t}
}

// until waits for a JavaScript expression to be true.
func (b tab) until(expression string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		return err == nil && ok
	}, 10*time.Second, 10*time.Millisecond, "never true: %s\npage: %s", expression, later{b})
}

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

// types types into the element that has the focus, as a person without a mouse does.
func (b tab) types(keys string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
}

// picture keeps a screenshot in the folder that SCREENSHOTS names, for somebody to look at.
func (b tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
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
