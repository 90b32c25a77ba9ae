package slides

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/redis-chat/workbook/standalone"
	"example.com/redis-chat/workbook/workspace"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// regexp2, which chroma stands on, has a clock that stops by itself a second after it was needed.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

const smallPlan = "## Half a day: 30 minutes\n\n| 0:00 | 10 | Welcome, `make run` |\n| 0:10 | 20 | [01](../01-one/README.md): read |\n\n## A day: 10 minutes\n\n| 0:00 | 10 | no |\n"

func slidesOf(t *testing.T, plan, source string) (string, error) {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "docs", "workshop.md"), []byte(plan), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(root, "docs", "slides.md"), []byte(source), 0o644))
	var b bytes.Buffer
	err := Write(&b, root, filepath.Join(root, "bin"))
	return b.String(), err
}

func TestSlidesHaveNotesAndTheirPlaceInThePlan(t *testing.T) {
	page, err := slidesOf(t, smallPlan, "# Start\n\n> **0:00** Say *hello*.\n\n---\n\n## Next\n\n[workshop](workshop.md)\n\n```go\nvar a = 1\n```\n\n> **0:10** Ask.\n")
	require.NoError(t, err)
	require.Contains(t, page, `data-plan="[{&#34;at&#34;:0,&#34;minutes&#34;:10,&#34;what&#34;:&#34;Welcome, make run&#34;},{&#34;at&#34;:10,&#34;minutes&#34;:20,&#34;what&#34;:&#34;01: read&#34;}]"`)
	require.Contains(t, page, `<section class="slide title" data-at="0">`)
	require.Contains(t, page, `<section class="slide listing" data-at="10">`)
	require.Regexp(t, `(?s)<aside class="notes" hidden>\s*<p><strong>0:00</strong> Say <em>hello</em>`, page)
	require.Contains(t, page, `<a href="../docs/workshop.md" title="docs/workshop.md">workshop</a>`)
	require.NotContains(t, page, "blockquote")
}

func TestMistakesInSlidesAreSaid(t *testing.T) {
	for source, want := range map[string]string{
		"# A\n\n> **0:00** a\n\n---\n\n## B\n": "docs/slides.md: slide 2: no notes:",
		"# A\n\n> a\n":                         "docs/slides.md: slide 1: its notes begin with no time:",
		"# A\n\n> **0:00** a\n":                "docs/slides.md: no slide for 0:10, 01: read",
		"# A\n\n> **0:05** a\n":                "docs/slides.md: slide 1: its time is 0:05; the plan goes on with 0:00, Welcome, make run",
		"# A\n\n> **0:00** a\n\n---\n\nb\n\n> **0:10** b\n\n---\n\nc\n\n> **0:00** c\n": "docs/slides.md: slide 3: its time is 0:00, and the plan has no row there",
		"# A\n\n[x](gone.md)\n\n> **0:00** a\n":                                         "docs/slides.md:3: link to gone.md: there is no such file",
	} {
		_, err := slidesOf(t, smallPlan, source)
		require.ErrorContains(t, err, want)
	}
	_, err := slidesOf(t, "## A day: 10 minutes\n\n| 0:00 | 10 | no |\n", "# A\n")
	require.ErrorContains(t, err, `docs/workshop.md: there is no plan "Half a day"`)
}

func TestLettersAreAsLargeAsTheCodeAllows(t *testing.T) {
	pre := func(n int) string { return "<pre><code><span>" + strings.Repeat("&lt;", n) + "</span>\n</code></pre>" }
	require.Empty(t, kinds("<h2>x</h2>"+pre(66)))
	require.Equal(t, []string{"title", "wider"}, kinds("<h1>x</h1>"+pre(67)))
	require.Equal(t, []string{"widest"}, kinds(pre(3)+pre(81)))
	require.Equal(t, 5, longest("<pre>\ta</pre>"))
}

// The plan of 90 minutes has no slides of its own. It names some of the half day's by their numbers.
func TestWorkshopNamesSlidesByTheirNumbers(t *testing.T) {
	root, err := workspace.Root(".")
	require.NoError(t, err)
	plan, err := os.ReadFile(filepath.Join(root, "docs", "workshop.md"))
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(root, "docs", "slides.md"))
	require.NoError(t, err)
	all := strings.Split(string(source), "\n---\n")
	named := regexp.MustCompile(`slide (\d+): ([^;|]+?) ?[;|]`).FindAllStringSubmatch(string(plan), -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		require.LessOrEqual(t, n, len(all))
		require.Contains(t, all[n-1], "\n## "+m[2]+"\n", "docs/workshop.md: slide %d", n)
	}
}

// The workshop's own slides: all follow its plan, and the page fetches nothing.
func TestTheSlidesAreWhole(t *testing.T) {
	root, err := workspace.Root(".")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Write(&b, root, filepath.Join(root, "bin")))
	require.Empty(t, standalone.Fetched(b.Bytes()))
	require.NotContains(t, b.String(), "<!--")
}
