package standalone

import (
	"bytes"
	"errors"
	"html"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAPageHoldsAllThatItNeeds(t *testing.T) {
	var b bytes.Buffer
	p := Page{Title: "A <b>", Styles: []string{"p > a { color: red }"}, Scripts: []string{"const a = 1 < 2;\n"}, Body: []byte("<p>text</p>")}
	require.NoError(t, p.Write(&b))
	require.Contains(t, b.String(), "<title>A &lt;b&gt;</title>")
	require.Contains(t, b.String(), "p > a { color: red }")
	require.Contains(t, b.String(), "{\nconst a = 1 < 2;\n}\n")
	require.Contains(t, b.String(), "<p>text</p>")

	// The policy takes this style and this script, and no other.
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		text := regexp.MustCompile(`(?s)<` + element + `>(.*?)</` + element + `>`).FindStringSubmatch(b.String())[1]
		require.Contains(t, html.UnescapeString(b.String()), directive+" "+hash(text))
	}
}

func TestAPageThatWouldFetchIsRefused(t *testing.T) {
	for _, c := range []struct{ body, style, what string }{
		{`<img alt="" src="a.png">`, "", "a.png"},
		{`<img src=https://example.com/a.png>`, "", "https://example.com/a.png"},
		{`<script src="a.js"></script>`, "", "a.js"},
		{`<link rel="stylesheet" href="a.css">`, "", "a.css"},
		{`<iframe></iframe>`, "", "<iframe>"},
		{"", `a { background: url("a.png") }`, "a.png"},
		{"", `@import "a.css";`, "a.css"},
	} {
		err := Page{Title: "x", Body: []byte(c.body), Styles: []string{c.style}}.Write(&bytes.Buffer{})
		require.EqualError(t, err, `the page "x" would fetch `+c.what+": put it inside of the page")
	}
	require.Empty(t, Fetched([]byte(`<a href="https://example.com">url(x)</a><img src="data:image/png;base64,AA==">`)))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatCannotBeWrittenIsSaid(t *testing.T) {
	require.ErrorContains(t, Page{Title: "x"}.Write(full{}), "no space left")
}
