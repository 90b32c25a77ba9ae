package browser

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/redis-chat/workbook/book"
	"example.com/redis-chat/workbook/slides"
	"example.com/redis-chat/workbook/workspace"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The pages of one file, which are made from the repository's texts, each when the first test asks for it: with the race
// detector the book takes seconds.
var (
	theBook   = made(book.Write)
	theSlides = made(slides.Write)
)

func made(write func(w io.Writer, root, at string) error) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		root, err := workspace.Root(".")
		if err != nil {
			return nil, err
		}
		var page bytes.Buffer
		err = write(&page, root, filepath.Join(root, "bin"))
		return page.Bytes(), err
	})
}

// pageFile writes such a page for a test, and returns its address.
func pageFile(t *testing.T, made func() ([]byte, error)) string {
	t.Helper()
	page, err := made()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, page, 0o644))
	return "file://" + filepath.ToSlash(file)
}

// ownStorage lets a tab remember for itself: all files share one localStorage, so a test that switches keys off would do
// so for the tests beside it.
const ownStorage = `try { Object.defineProperty(window, "localStorage", { value: sessionStorage }); } catch { /* about:blank has none */ }
`

// openFile opens a page of one file, and fails when the browser asks for anything but that file and what is in it.
func openFile(t *testing.T, url string, width, height int64) tab {
	t.Helper()
	b := openWith(t, "about:blank", width, height, ownStorage)
	var mu sync.Mutex
	var asked []string
	require.NoError(t, chromedp.Listen(b.ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, "data:") {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, e.Request.URL)
		}
	}))
	_, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(url)))
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, []string{url}, asked, "what the page asked for")
	})
	return b
}

// key presses a key by its name, such as n or ArrowDown. As with a real key, what the page does with it decides whether
// it is typed: chromedp's own keys are typed in any case.
func (b tab) key(name string) {
	b.t.Helper()
	key := input.DispatchKeyEventParams{Type: "rawKeyDown", Key: name}
	if len(name) == 1 {
		key.Type, key.Text = "keyDown", name
	}
	_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, key)
	require.NoError(b.t, err)
	key.Type, key.Text = "keyUp", ""
	_, err = chromedp.Call(b.ctx, input.DispatchKeyEvent, key)
	require.NoError(b.t, err)
}

// printed keeps the first pages of the page as it is printed in the folder that SCREENSHOTS names, and returns it.
func (b tab) printed(name string) []byte {
	b.t.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPageRanges("1-12")))
	require.NoError(b.t, err)
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644))
	}
	return pdf
}

// sized makes the window as large as that, and waits until the page has been laid out.
func (b tab) sized(width, height int64) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)))
	b.settle()
}

// noWider requires that the page does not scroll sideways.
func (b tab) noWider() {
	b.t.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`document.documentElement.scrollWidth <= innerWidth ? [] :
		[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5 && e.checkVisibility() && !e.closest("pre, .wide"))
			.map((e) => e.tagName + " " + e.className + ": " + e.textContent.slice(0, 80)).slice(0, 5)`))
	require.NoError(b.t, err)
	require.Empty(b.t, wide, "%s", fmt.Sprint("these stick out: ", strings.Join(wide, "\n")))
	b.evaluate(`document.documentElement.scrollWidth <= innerWidth`)
}

// An address in an image of a page is one more request: the test of the requests would see it.
func TestDetectorSeesARequest(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(`<!doctype html><title>x</title><img src="gone.png" alt="">`), 0o644))
	b := open(t, "about:blank", 300, 300)
	requests := chromedp.Events(b.ctx, network.RequestWillBeSent)
	_, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(b.ctx, page.Navigate, page.NavigateParams{URL: "file://" + filepath.ToSlash(file)})
	require.NoError(t, err)
	for r, err := range requests {
		require.NoError(t, err)
		if strings.HasSuffix(r.Request.URL, "gone.png") {
			break
		}
	}
	b.close()
}
