package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// careless opens a page that puts text into its log as the chat's page never does: as HTML.
func careless(t *testing.T, policy, text string) tab {
	t.Helper()
	const html = `<!doctype html><title>careless</title><ol id="log"></ol><script src="/careless.js"></script>`
	const script = `window.show = (html) => { const li = document.createElement("li"); document.getElementById("log").append(li); li.innerHTML = html; };`
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		_, _ = w.Write([]byte(html))
	})
	mux.HandleFunc("/careless.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(script))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	b := openWith(t, s.URL, 800, 400, watchful)
	b.show(text)
	return b
}

// show lets a careless page show text.
func (b tab) show(text string) {
	b.t.Helper()
	b.evaluate("setTimeout(show, 0, " + quote(text) + "), true")
}

// next loads a careless page anew, where another tab would cost half a second, and shows text. It forgets what went wrong before.
func (b tab) next(text string) {
	b.t.Helper()
	b.reload()
	b.evaluate(`console.error("all before"), true`)
	require.Eventually(b.t, func() bool { return strings.Contains(strings.Join(b.complaints(), "\n"), "all before") }, patience, tick)
	b.show(text)
}

// chatPolicy is the one that the chat's page comes with.
func chatPolicy(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	page.Handler(page.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	policy := w.Header().Get("Content-Security-Policy")
	require.NotEmpty(t, policy)
	return policy
}

// evaluate runs a script in the tab. The result must be true.
func (b tab) evaluate(script string) {
	b.t.Helper()
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
	require.NoError(b.t, err)
	require.True(b.t, ok)
}

// quote is text as a string of JavaScript.
func quote(text string) string { return string(jsonOf(text)) }

func jsonOf(text string) json.RawMessage {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always can be
	}
	return b
}

func TestDetectorSeesEachPayloadThatRuns(t *testing.T) {
	t.Parallel()
	b := careless(t, "", "nothing yet")
	for i, p := range payloads {
		if !p.runs {
			continue
		}
		b.next(p.text)
		b.until(fmt.Sprintf(`taken.some((what) => what === "ran: %d")`, i+1))
		b.until(`taken.some((what) => what.startsWith("made: "))`)
	}
	b.close() // or it would go on loading what does not exist
}

func TestDetectorSeesEachElementThatIsMade(t *testing.T) {
	t.Parallel()
	b := careless(t, "", "nothing yet")
	for _, p := range payloads {
		if strings.HasPrefix(p.text, "&") || strings.HasPrefix(p.text, "$") || strings.HasPrefix(p.text, "</li>") {
			continue // these harm only a page that decodes text or is built from it
		}
		b.evaluate("taken.length = 0, true")
		b.show(p.text)
		b.until(`taken.some((what) => what.startsWith("made: "))`)
	}
	b.close() // or it would go on loading what does not exist
}

// The policy protects a page that makes a mistake: nothing runs, and the console says so. Browsers that know no
// trusted types have the rest of it.
func TestPolicyHoldsWhereThePageIsCareless(t *testing.T) {
	t.Parallel()
	policy := chatPolicy(t)
	older, _, found := strings.Cut(policy, "; require-trusted-types-for")
	require.True(t, found)
	for _, policy := range []string{policy, older} {
		b := careless(t, policy, "nothing yet")
		for _, p := range payloads {
			if policy == older && !p.runs {
				continue // it makes an element, which the policy has nothing against
			}
			b.next(p.text)
			require.Eventually(t, func() bool { return len(b.complaints()) > 0 }, patience, tick, p.text)
			b.until(`taken.every((what) => !what.startsWith("ran"))`)
			if policy != older {
				b.until(`taken.every((what) => !what.startsWith("made"))`)
			}
		}
		b.close() // one payload can complain twice
	}
}
