package book

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// bookOf makes the book of a repository that holds these files, as if into its folder bin.
func bookOf(t *testing.T, files map[string]string) (string, error) {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	var b bytes.Buffer
	err := Write(&b, root, filepath.Join(root, "bin"))
	return b.String(), err
}

func TestLinksBetweenTextsBecomeAnchors(t *testing.T) {
	page, err := bookOf(t, map[string]string{
		"README.md":                    "# All\n\n[one](01-one/README.md) [its end](01-one/README.md#the-end) [here](#all) [code](01-one/a.go) [folder](01-one/cmd) [out](https://example.com/x)\n",
		"01-one/README.md":             "# One\n\n## The end\n\n[back](../README.md) [law](../docs/law.md#b) [exercises](exercises)\n\n![map](../docs/map.png)\n",
		"01-one/a.go":                  "package one\n",
		"01-one/cmd/main.go":           "package main\n",
		"docs/law.md":                  "# Law\n\n### B\n",
		"docs/map.png":                 "picture",
		"01-one/exercises/README.md":   "# Exercises\n\n[z](z/README.md) [a](a/README.md)\n",
		"01-one/exercises/a/README.md": "# A first\n",
		"01-one/exercises/z/README.md": "# Z last\n",
	})
	require.NoError(t, err)
	for _, link := range []string{
		`<a href="#01-one">one</a>`, `<a href="#01-one--the-end">its end</a>`, `<a href="#start--all">here</a>`,
		`<a href="../01-one/a.go" title="01-one/a.go">code</a>`, `<a href="../01-one/cmd" title="01-one/cmd">folder</a>`,
		`<a href="https://example.com/x">out</a>`, `<a href="#start">back</a>`, `<a href="#docs-law--b">law</a>`,
		`<a href="#01-one-exercises">exercises</a>`, `<img src="data:image/png;base64,cGljdHVyZQ==" alt="map">`,
	} {
		require.Contains(t, page, link)
	}
	// Exercises stand behind their lesson, in the order of their list.
	require.Regexp(t, `(?s)<article id="01-one".*<article id="01-one-exercises".*<article id="01-one-exercises-z".*<article id="01-one-exercises-a".*<article id="docs-law"`, page)
}

func TestLinksThatLeadNowhereAreSaidWithFileAndLine(t *testing.T) {
	_, err := bookOf(t, map[string]string{
		"README.md":        "# All\n\n[gone](gone.md)\n[no heading](01-one/README.md#nowhere)\n",
		"01-one/README.md": "# One\n\n- [out](../../x)\n\n![p](../gone.png) ![no picture](README.md)\n",
	})
	require.EqualError(t, err, `README.md:3: link to gone.md: there is no such file
README.md:4: link to 01-one/README.md#nowhere: there is no such heading
01-one/README.md:3: link to ../../x: leads out of the repository
01-one/README.md:5: picture ../gone.png: there is no such file
01-one/README.md:5: picture README.md: 01-one/README.md is no picture`)
}

func TestARepositoryWithoutTextsIsSaid(t *testing.T) {
	_, err := bookOf(t, nil)
	require.ErrorContains(t, err, "no text of the workbook is in ")
}

// The workbook itself: all of its texts are in its book, every anchor is there once, and nothing is fetched.
func TestTheBookIsWhole(t *testing.T) {
	root, err := workspace.Root(".")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Write(&b, root, filepath.Join(root, "bin")))
	page := b.String()

	files, err := workspace.Files(root, "*.md")
	require.NoError(t, err)
	for _, name := range files {
		require.Equal(t, !slices.Contains(leftOut, name), strings.Contains(page, `data-file="`+name+`"`), "%s: in the book", name)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`<[a-z][^>]* id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.False(t, ids[m[1]], "twice: %s", m[1])
		ids[html.UnescapeString(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, ids[html.UnescapeString(m[1])], "no anchor %s", m[1])
	}
	for _, m := range regexp.MustCompile(`href="(\.\./[^"#]*)`).FindAllStringSubmatch(page, -1) {
		_, err := os.Stat(filepath.Join(root, "bin", m[1]))
		require.NoError(t, err)
	}
	require.Empty(t, standalone.Fetched(b.Bytes()))
	require.NotContains(t, page, "<!--")
	require.Contains(t, page, "<details><summary>")
}
