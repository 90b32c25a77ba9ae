package markdown

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// regexp2, which chroma stands on, has a clock that stops by itself a second after it was needed.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

func rendered(t *testing.T, source string) string {
	t.Helper()
	b, err := Read("one/README.md", []byte(source)).HTML(Options{})
	require.NoError(t, err)
	return string(b)
}

func TestTitleAndHeadings(t *testing.T) {
	text := Read("one/README.md", []byte("# The `whole`,\n\n## A\n\n### B c\n\n## A\n"))
	require.Equal(t, "The whole,", text.Title)
	require.Equal(t, []Heading{{1, "The whole,", "the-whole"}, {2, "A", "a"}, {3, "B c", "b-c"}, {2, "A", "a-1"}}, text.Headings)
	require.Equal(t, "x.md", Read("x.md", []byte("words\n")).Title)
}

func TestNoLevelOfHeadingsIsLeftOut(t *testing.T) {
	require.Equal(t, "<h1 id=\"a\">A</h1>\n<h2 id=\"b\">B</h2>\n<h3 id=\"c\">C</h3>\n<h2 id=\"d\">D</h2>\n", rendered(t, "# A\n\n### B\n\n#### C\n\n## D\n"))
}

func TestCommandsStandWithoutTheirPrompt(t *testing.T) {
	require.Equal(t, `<pre class="transcript"><code><span class="command"><span class="typed">go run ./a &amp;&amp; b</span></span>
a &lt;b&gt; $ c
<span class="command"><span class="typed">make run</span></span>
</code></pre>
`, rendered(t, "```console\n$ go run ./a && b\na <b> $ c\n$ make run\n```\n"))
	require.Contains(t, rendered(t, "```\nfirst\n$ ls\n```\n"), `<span class="typed">ls</span>`)
	require.NotContains(t, rendered(t, "```\nno $ ls\n```\n"), `typed`)
}

func TestEachLineOfAShellBlockIsACommand(t *testing.T) {
	require.Equal(t, `<pre class="transcript"><code># comment
<span class="command bare"><span class="typed">make test</span><span class="c1"> # all</span></span>
</code></pre>
`, rendered(t, "```sh\n# comment\nmake test   # all\n```\n"))
}

func TestGoIsHighlighted(t *testing.T) {
	require.Contains(t, rendered(t, "```go\nfunc f() { return \"<\" } // c\n```\n"), `<pre><code class="language-go"><span class="kd">func</span>`)
}

func TestCommentsAreNotShown(t *testing.T) {
	for _, source := range []string{
		"a\n\n<!-- code: x.go f -->\n```go\nvar b = 1\n```\n",
		"a\n\n<!-- code:\n\nx.go\n-->\n\nb\n",
		"a b <!-- run: make --> c\n",
		"- a\n\n  <!-- run -->\n  ```console\n  $ b\n  ```\n",
		"<details><summary>a</summary><!-- run -->\n\nb\n</details>\n",
	} {
		got := rendered(t, source)
		require.NotContains(t, got, "--", source)
		require.NotContains(t, got, "run", source)
		require.Contains(t, got, "b", source)
	}
	require.Contains(t, rendered(t, "<details><summary>Why?</summary>\n\nSo.\n</details>\n"), "<details><summary>Why?</summary>\n<p>So.</p>\n</details>")
}

func TestATableScrollsByItself(t *testing.T) {
	require.Regexp(t, `(?s)^<div class="wide"><table>.*<td>1</td>.*</table>\s*</div>\s*$`, rendered(t, "| a |\n|---|\n| 1 |\n"))
	require.Contains(t, rendered(t, "| | a |\n|---|---|\n| 1 | 2 |\n"), "<td></td>\n<th>a</th>")
}

func TestWhatIsWrongIsSaidWithFileAndLine(t *testing.T) {
	text := Read("one/README.md", []byte("# A\n\nfirst\nand [gone](gone.md)\n\n- ![picture](gone.png)\n\n<img src=\"x\">\n\na <b>c</b>\n"))
	_, err := text.HTML(Options{
		Link:  func(string) (string, string, error) { return "", "", errors.New("there is no such file") },
		Image: func(string) (string, error) { return "", errors.New("no such picture") },
	})
	require.EqualError(t, err, `one/README.md:4: link to gone.md: there is no such file
one/README.md:6: picture gone.png: no such picture
one/README.md:8: <img src="x">: only details, summary, br, code, kbd, sub and sup can stand in a text as HTML
one/README.md:10: <b>: only details, summary, br, code, kbd, sub and sup can stand in a text as HTML
one/README.md:10: </b>: only details, summary, br, code, kbd, sub and sup can stand in a text as HTML`)
}

func TestLinksAndHeadingsGetWhatThePageHas(t *testing.T) {
	b, err := Read("a.md", []byte("# A b\n\n[b](b.go) ![c](c.png)\n")).HTML(Options{
		Link:  func(target string) (string, string, error) { return "../" + target, "x/" + target, nil },
		Image: func(string) (string, error) { return "data:image/png;base64,AAAA", nil },
		ID:    func(anchor string) string { return "a--" + anchor },
	})
	require.NoError(t, err)
	require.Equal(t, `<h1 id="a--a-b">A b</h1>
<p><a href="../b.go" title="x/b.go">b</a> <img src="data:image/png;base64,AAAA" alt="c"></p>
`, string(b))
}
