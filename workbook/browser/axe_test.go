package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/redis-chat/06-emitter/interop/npm"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axe is the text of axe-core, which searches a page for obstacles to people: names, roles, contrast. The
// error says what is missing.
var axe = sync.OnceValues(func() (string, error) {
	modules, err := npm.Install(context.Background(), "axe", os.DirFS("axe"))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	return string(text), err
})

// needsAxe skips the test where axe-core cannot be had; with REQUIRE_NODE=1 it fails instead.
func needsAxe(t *testing.T) string {
	t.Helper()
	text, err := axe()
	if err != nil {
		how := fmt.Sprintf("axe-core comes from npm: install node (18 or newer) and npm, and see that npm reaches its registry: %v", err)
		if os.Getenv("REQUIRE_NODE") == "1" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	return text
}

// accessible requires that axe-core finds no mistake in the page as it is now, in light and in dark. The tab is dark afterwards.
func (b tab) accessible() {
	b.t.Helper()
	b.scheme("light")
	found := b.obstacles(everything)
	require.Empty(b.t, found, "light:\n%s", strings.Join(found, "\n"))
	b.scheme("dark")
	found = b.obstacles(contrast)
	require.Empty(b.t, found, "dark:\n%s", strings.Join(found, "\n"))
}

// What axe-core is to look for; only contrast depends on light and dark.
const (
	everything = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	contrast   = `["color-contrast"]`
)

// obstacles are the mistakes that axe-core finds in the page. An element whose contrast it cannot tell counts, too:
// make such a page simpler.
func (b tab) obstacles(rules string) []string {
	b.t.Helper()
	text := needsAxe(b.t)
	// The page's policy forbids script tags, but not the debugger.
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](text+"\n;true"))
	require.NoError(b.t, err)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](fmt.Sprintf(axeRun, rules), chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	return found
}

// axeRun returns one line for each element with a mistake. It leaves out frames, which are pages of their own; text under
// a button or a panel, which need not be readable there; text in a drawing, as it cannot tell what is behind it; and text
// of one letter, as it cannot tell whether that is text.
const axeRun = `axe.run(document, {
	runOnly: %s, preload: false, iframes: false, resultTypes: ["violations", "incomplete"],
}).then(({ violations, incomplete }) => {
	const line = (rule, node) => [rule.id, node.html.slice(0, 200), node.failureSummary ?? rule.help].join(": ");
	const covered = (node) => ["bgOverlap", "imgNode", "elmPartiallyObscured", "elmPartiallyObscuring", "shortTextContent"].includes(node.any[0]?.data?.messageKey);
	const unsure = incomplete.filter((rule) => rule.id === "color-contrast");
	return [...violations.flatMap((rule) => rule.nodes.map((node) => line(rule, node))),
		...unsure.flatMap((rule) => rule.nodes.filter((node) => !covered(node)).map((node) => line(rule, node)))];
})`

// scheme makes the system that the tab believes in light or dark.
func (b tab) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	require.NoError(b.t, err)
}
