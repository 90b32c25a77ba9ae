package weave

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// chapter writes the files of an archive. In it ”' stands for a fence.
func chapter(t *testing.T, archive string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, f := range txtar.Parse([]byte(strings.NewReplacer("'''", "```", "///", "//").Replace(archive))).Files {
		name := filepath.Join(root, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, f.Data, 0o644))
	}
	return root
}

func readme(t *testing.T, root string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "```", "'''")
}

const queueGo = `
-- queue.go --
package queue

// Limit is in bytes.
const Limit = 1 << 20

// Queue waits.
type Queue[T any] struct {
	chunks []T // oldest first
}

// Put never blocks.
func (q *Queue[T]) Put(chunk T) {
	/// region: append
	q.chunks = append(q.chunks, chunk)

	if len(q.chunks) > Limit {
		panic("full")
	}
	/// end: append
}

func main() {}
`

func TestBlocksAreWrittenFromTheSource(t *testing.T) {
	root := chapter(t, queueGo+`
-- README.md --
# Queue

What is in it:
<!-- code: queue.go Queue -->
'''go
old
'''

- In a list:

  <!-- code: queue.go append -->
  '''go
  '''

*[queue.go](queue.go), `+"`Old`"+`:*
<!-- code: queue.go Queue.Put nodoc -->
'''go
'''

<!-- code: queue.go queue.main -->
'''go
'''
`)
	changed, findings, err := Write(root)
	require.NoError(t, err)
	require.Empty(t, findings)
	require.Equal(t, []string{"README.md"}, changed)
	require.Equal(t, `# Queue

What is in it:

*[queue.go](queue.go), `+"`Queue`"+`:*
<!-- code: queue.go Queue -->
'''go
// Queue waits.
type Queue[T any] struct {
	chunks []T // oldest first
}
'''

- In a list:

  *[queue.go](queue.go), a part of `+"`Queue.Put`"+`:*
  <!-- code: queue.go append -->
  '''go
  q.chunks = append(q.chunks, chunk)

  if len(q.chunks) > Limit {
  	panic("full")
  }
  '''

*[queue.go](queue.go), `+"`Queue.Put`"+`:*
<!-- code: queue.go Queue.Put nodoc -->
'''go
func (q *Queue[T]) Put(chunk T) {
	q.chunks = append(q.chunks, chunk)

	if len(q.chunks) > Limit {
		panic("full")
	}
}
'''

*[queue.go](queue.go), `+"`queue.main`"+`:*
<!-- code: queue.go queue.main -->
'''go
func main() {}
'''
`, readme(t, root))

	found, err := Check(t.Context(), root)
	require.NoError(t, err)
	require.Empty(t, found)
	changed, _, err = Write(root)
	require.NoError(t, err)
	require.Empty(t, changed, "what is written is not written again")
}

// Each text breaks one rule; without the break each would pass.
func TestWhatIsWrongWithAText(t *testing.T) {
	const region = "\n<!-- code: queue.go append -->\n'''go\n'''\n"
	for name, c := range map[string]struct{ text, want string }{
		"a block without a claim":      {"'''\nx\n'''\n", "README.md:2: this block is claimed by nothing: want one of <!-- code: FILE NAME -->"},
		"a comment that is no claim":   {"<!-- typed x -->\n'''\nx\n'''\n", "README.md:3: this block is claimed by nothing"},
		"an empty line between":        {"<!-- typed: x -->\n\n'''\nx\n'''\n", "README.md:4: this block is claimed by nothing"},
		"a claim without a block":      {"<!-- typed: x -->\nwords\n", "README.md:2: there is no block below this claim"},
		"an unknown kind of claim":     {"<!-- ran: x -->\n'''\nx\n'''\n", `README.md:2: no block can be claimed by "ran"`},
		"a block claimed by a step":    {"<!-- step: s a type x -->\n'''\nx\n'''\n", `README.md:2: no block can be claimed by "step"`},
		"a claim that says nothing":    {"<!-- typed: -->\n'''\nx\n'''\n", "README.md:2: the claim says nothing"},
		"an unknown file":              {"<!-- code: gone.go Queue -->\n'''\nx\n'''\n", "README.md:2: code: gone.go: there is no such file"},
		"an unknown name":              {"<!-- code: queue.go Gone -->\n'''\nx\n'''\n", "README.md:2: queue.go has no declaration and no region Gone: there are Limit, Queue, Queue.Put, main, append"},
		"no name":                      {"<!-- code: queue.go -->\n'''\nx\n'''\n", "README.md:2: code: queue.go: want a file, a name in it"},
		"a word that is not nodoc":     {"<!-- code: queue.go Queue doc -->\n'''\nx\n'''\n", "README.md:2: code: queue.go Queue doc: want"},
		"a file that is not Go":        {"<!-- code: README.md Queue -->\n'''\nx\n'''\n", "README.md:2: code: README.md: pieces are those of Go files"},
		"code that has changed":        {"*[queue.go](queue.go), `Limit`:*\n<!-- code: queue.go Limit nodoc -->\n'''go\nconst Limit = 1 << 10\n'''\n", "-const Limit = 1 << 10\n+const Limit = 1 << 20\n"},
		"a caption that has changed":   {"*[old.go](old.go), `Limit`:*\n<!-- code: queue.go Limit nodoc -->\n'''go\nconst Limit = 1 << 20\n'''\n", "-*[old.go](old.go), `Limit`:*\n+*[queue.go](queue.go), `Limit`:*\n"},
		"an unknown illustration":      {"<!-- shown: poem -->\n'''\nx\n'''\n", "README.md:3: shown: poem: there is no such kind: want one of bytes, "},
		"what is no JSON":              {"<!-- shown: json -->\n'''json\n{\"a\": 1}\n{\n'''\n", "README.md:3: this is no json: unexpected EOF"},
		"what is no YAML":              {"<!-- shown: yaml -->\n'''yaml\na: [\n'''\n", "README.md:3: this is no yaml: yaml:"},
		"what is no Go":                {"<!-- shown: go -->\n'''go\nx := := 1\n'''\n", "README.md:3: this is no go:"},
		"what is no shell":             {"<!-- shown: sh -->\n'''sh\nif true; then\n'''\n", "README.md:3: this is no sh: sh says:"},
		"a fence that Markdown misses": {"<details>\n<!-- typed: x -->\n'''\nx\n'''\n</details>\n", "README.md: Markdown sees 0 fenced blocks, and there are fences for 1"},
	} {
		t.Run(name, func(t *testing.T) {
			root := chapter(t, queueGo+"-- README.md --\n\n"+c.text+region)
			found := woven(t, root)
			require.Contains(t, strings.Join(found, "\n"), strings.ReplaceAll(c.want, "'''", "```"))
		})
	}
}

// woven checks a chapter whose region append is written first.
func woven(t *testing.T, root string) []string {
	t.Helper()
	text := readme(t, root)
	at := strings.Index(text, "\n<!-- code: queue.go append -->")
	require.Positive(t, at)
	require.NoError(t, os.WriteFile(filepath.Join(root, "LAST.md"), []byte(strings.ReplaceAll(text[at:], "'''", "```")), 0o644))
	require.NoError(t, os.Rename(filepath.Join(root, "README.md"), filepath.Join(root, "aside")))
	_, findings, err := Write(root)
	require.NoError(t, err)
	require.Empty(t, findings)
	require.NoError(t, os.WriteFile(filepath.Join(root, "README.md"), []byte(strings.ReplaceAll(text[:at], "'''", "```")), 0o644))
	found, err := Check(t.Context(), root)
	require.NoError(t, err)
	return found
}

func TestNodeChecksScripts(t *testing.T) {
	if program("node", "--check", "-")(t.Context(), "1") != nil {
		if os.Getenv("REQUIRE_NODE") == "1" {
			t.Fatal("REQUIRE_NODE=1, but there is no node")
		}
		t.Skip("needs node: make doctor tells how to get it")
	}
	require.NoError(t, checkShown(t.Context(), "js", "const a = 1"))
	require.ErrorContains(t, checkShown(t.Context(), "js", "const const"), "this is no js: node says:")
}

func TestWhatIsRightInAnIllustration(t *testing.T) {
	for kind, text := range map[string]string{
		"json": `{"a":1} [2]`, "yaml": "a: 1\n---\nb: 2\n", "sh": "ls | wc", "bytes": "}{", "go": "e := f(1)\nreturn e",
	} {
		require.NoError(t, checkShown(t.Context(), kind, text), kind)
	}
	require.NoError(t, checkShown(t.Context(), "go", "package p\n\nvar A = 1"))
	require.NoError(t, checkShown(t.Context(), "go", "type T struct{}\n"))
	require.NoError(t, checkShown(t.Context(), "go", "watch(func(alive bool) { … })"))
	t.Setenv("PATH", "")
	require.NoError(t, checkShown(t.Context(), "js", "const const"), "nobody is here to check it")
}

func TestMarksThatAreWrong(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"nobody shows it": {"/// region: a\nx\n/// end: a\n", "a.go:3: no text shows region a: claim a block by it, or take out its marks"},
		"two of a name":   {"/// region: a\nx\n/// end: a\n/// region: a\ny\n/// end: a\n", "a.go:6: a second region a in this file"},
		"empty":           {"/// region: a\n\n/// end: a\n", "a.go:5: region a is empty"},
		"no end":          {"/// region: a\nx\n", "a.go:3: region a has no end: write // end: a below it"},
		"an end only":     {"x\n/// end: a\n", "a.go:4: the end of region a, which has not begun"},
		"two ends":        {"/// region: a\nx\n/// end: a\n/// end: a\n", "a.go:6: a second end of region a"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Check(t.Context(), chapter(t, "-- a.go --\npackage a\n\n"+c.source))
			require.NoError(t, err)
			require.Len(t, found, 1, strings.Join(found, "\n"))
			require.Contains(t, found[0], c.want)
		})
	}
}

func TestRegionAndDeclarationOfOneName(t *testing.T) {
	f, err := parseGo("a.go", []byte("package a\n\nfunc A() {\n\t// region: A\n\tprintln()\n\t// end: A\n}\n"))
	require.NoError(t, err)
	_, err = f.find("A", false)
	require.ErrorContains(t, err, "a.go has a declaration and a region A: give the region another name")
}

func TestFenceInsideOfALongerOne(t *testing.T) {
	text := Read("a.md", "<!-- shown: markdown -->\n````markdown\n<!-- typed: x -->\n```\nmake\n```\n````\n")
	require.Len(t, text.Blocks, 1)
	require.Len(t, text.Claims, 1)
	require.Equal(t, []string{"<!-- typed: x -->", "```", "make", "```"}, text.Body(text.Blocks[0]))
}

// What is no Go has no pieces: a configuration is shown whole, so that it is the file that the tests run.
func TestFilesOfOtherLanguagesAreShownWhole(t *testing.T) {
	root := chapter(t, `
-- deploy/a.conf --
# what it is
listen 80;

-- README.md --
# Conf

<!-- code: deploy/a.conf all -->
'''
old
'''
`)
	for range 2 { // the second time its caption is there
		_, findings, err := Write(root)
		require.NoError(t, err)
		require.Empty(t, findings)
		require.Equal(t, `# Conf

*[deploy/a.conf](deploy/a.conf), all of it:*
<!-- code: deploy/a.conf all -->
'''
# what it is
listen 80;

'''
`, readme(t, root))
	}
	for claim, want := range map[string]string{
		"deploy/a.conf listen":    "pieces are those of Go files",
		"deploy/a.conf all nodoc": "pieces are those of Go files",
		"deploy/b.conf all":       "there is no such file",
	} {
		root := chapter(t, "-- deploy/a.conf --\nlisten 80;\n-- README.md --\n<!-- code: "+claim+" -->\n'''\n'''\n")
		_, findings, err := Write(root)
		require.NoError(t, err)
		require.Len(t, findings, 1)
		require.Contains(t, findings[0], want)
	}
}
