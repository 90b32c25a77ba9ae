package checks

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository writes files and returns the folder that they are in. Each test breaks
// one rule in it.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return root
}

// requireFindings checks that there is one finding for each of the wanted texts.
func requireFindings(t *testing.T, find func(context.Context, string) ([]string, error), root string, want ...string) {
	t.Helper()
	got, err := find(t.Context(), root)
	require.NoError(t, err)
	require.Len(t, got, len(want), strings.Join(got, "\n"))
	for i := range want {
		require.Contains(t, got[i], want[i])
	}
}

func TestUnformattedFilesAreFound(t *testing.T) {
	root := repository(t, map[string]string{
		"a/good.go":           "package a\n",
		"a/bad.go":            "package  a\n",
		"a/broken.go":         "package\n",
		"a/node_modules/x.go": "package  x\n",
	})
	requireFindings(t, unformatted, root, "a/bad.go: not formatted", "a/broken.go: 1:9: expected")
}

func TestTracesInTests(t *testing.T) {
	root := repository(t, map[string]string{
		"a/a.go": "package a\n\n// TODO: later\nvar X = 1\n",
		"a/a_test.go": `package a

func TestA(t *testing.T) {
	time.Sleep(1)
	t.Skip()
	t.SkipNow()
	t.Skip("needs redis-server: see make doctor")
	require.Eventually(t, f, 5*time.Second, tick)
	require.EventuallyWithT(t, f, 2*patience, time.Millisecond)
}

func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { time.Sleep(1) })
}

func TestInABubbleOfOurs(t *testing.T) {
	bubble(t, func(t *testing.T) { time.Sleep(1) })
}
`,
		"a/b_test.go":        "package a\n\nfunc bubble(t *testing.T, f func(t *testing.T)) { synctest.Test(t, f) }\n",
		"a/exercises/one.go": "package one\n\n// TODO: count them\n",
	})
	requireFindings(t, traces, root,
		"a/a.go:3:1: TODO",
		"a/a_test.go:4:2: time.Sleep in a test",
		"a/a_test.go:5:2: skipped without a reason",
		"a/a_test.go:6:2: skipped without a reason",
		"a/a_test.go:8:2: waits for a time of its own",
	)
}

func TestPackagesThatDoNotLookForLeaks(t *testing.T) {
	const test = "\n\nfunc TestA(t *testing.T) {}\n"
	root := repository(t, map[string]string{
		"a/a_test.go":               "package a" + test,
		"b/b_test.go":               "package b_test" + test,
		"b/main_test.go":            "package b\n\nfunc TestMain(m *testing.M) { goleak.VerifyTestMain(m) }\n",
		"c/c_test.go":               "package c\n\nfunc TestMain(m *testing.M) { m.Run() }" + test,
		"d/d_test.go":               "package d\n\nfunc TestA(t *testing.T) { goleak.VerifyNone(t) }\n",
		"e/example_test.go":         "package e_test\n\nfunc Example() {}\n\nfunc ExampleA() { helper() }\n\nfunc helper() {}\n",
		"f/fuzz_test.go":            "package f\n\nfunc FuzzA(f *testing.F) {}\n",
		"g/exercises/one/x_test.go": "package one" + test,
		"h/h.go":                    "package h\n",
	})
	requireFindings(t, unwatchedForLeaks, root, "a: its tests do not look for goroutines", "c: its tests", "d: its tests", "f: its tests")
}

func TestModulesThatDoNotFit(t *testing.T) {
	root := repository(t, map[string]string{
		"go.work":         "go 1.26.0\n\nuse (\n\t./01-one\n\t./02-two\n)\n",
		"01-one/go.mod":   "module example.com/redis-chat/01-one\n\ngo 1.26\n\nrequire example.com/x v1.0.0\n",
		"02-two/go.mod":   "module example.com/redis-chat/02-other\n\ngo 1.26.3\n\ntoolchain go1.26.3\n\nrequire example.com/x v1.1.0\n\nreplace example.com/redis-chat/01-one => ../../01-one\n",
		"03-three/go.mod": "module example.com/redis-chat/03-three\n\ngo 1.26.0\n",
	})
	requireFindings(t, strayModules, root,
		"02-two/go.mod: the module's path must be example.com/redis-chat/02-two",
		"02-two/go.mod: the go line must say 1.26",
		"02-two/go.mod: no toolchain line",
		"02-two/go.mod: replace example.com/redis-chat/01-one must lead",
		"03-three/go.mod: go.work does not use this module",
		"example.com/x is asked for in several versions",
	)
}

func TestChaptersImportOnlyEarlierOnes(t *testing.T) {
	root := repository(t, map[string]string{
		"01-one/go.mod":     "module example.com/redis-chat/01-one\n\ngo 1.26\n\nrequire example.com/redis-chat/02-two v0.0.0\n",
		"01-one/a.go":       "package one\n\nimport _ \"example.com/redis-chat/02-two/sub\"\n",
		"02-two/a.go":       "package two\n\nimport (\n\t_ \"example.com/redis-chat/01-one\"\n\t_ \"example.com/redis-chat/02-two/sub\"\n\t_ \"fmt\"\n)\n",
		"02-two/a_test.go":  "package two\n\nimport _ \"example.com/redis-chat/workbook/suite\"\n",
		"workbook/x/any.go": "package x\n\nimport _ \"example.com/redis-chat/02-two\"\n",
	})
	requireFindings(t, upwardImports, root,
		"01-one/a.go:3:8: imports example.com/redis-chat/02-two/sub",
		"02-two/a_test.go:3:8: imports example.com/redis-chat/workbook/suite",
		"01-one/go.mod: requires example.com/redis-chat/02-two",
	)
}

func TestBrokenLinks(t *testing.T) {
	root := repository(t, map[string]string{
		"README.md": `# The whole

See [one](one/README.md), [its end](one/README.md#the-end-of-it), [here](#the-whole),
[the web](https://example.com/nowhere) and [a folder](one).

- [gone](one/gone.md)
- [no heading](one/README.md#nowhere)
- [out](../other)
- ![picture](one/gone.png)

<a href="gone.html">x</a>

    [not a link](gone.md)
`,
		"one/README.md": "## The end of *it*\n\n[back](../README.md)\n",
	})
	requireFindings(t, brokenLinks, root,
		"README.md:6: link to one/gone.md: there is no such file",
		"README.md:7: link to one/README.md#nowhere: there is no such heading",
		"README.md:8: link to ../other: leads out of the repository",
		"README.md:9: link to one/gone.png",
		"README.md:11: link to gone.html",
	)
}

func TestTestsThatTextsName(t *testing.T) {
	root := repository(t, map[string]string{
		"README.md":      "# One\n\n`TestThere`, `FuzzThere`, and\n`TestGone`, `BenchmarkGone`\n\n`go test -run TestOther`, TestOther, `Testing`\n",
		"a/a_test.go":    "package a\n\nfunc TestThere(t *testing.T) {}\n",
		"a/fuzz_test.go": "package a\n\nfunc FuzzThere(f *testing.F) {}\n\nfunc (x) BenchmarkGone(b *testing.B) {}\n",
	})
	requireFindings(t, missingTests, root,
		"README.md:4: there is no test BenchmarkGone",
		"README.md:4: there is no test TestGone: correct the name, or the promise",
	)
}

func TestBrokenCommands(t *testing.T) {
	root := repository(t, map[string]string{
		"Makefile":           "run:\ntest: ## tests\n",
		"one/cmd/tour/t.go":  "// Command tour.\npackage main\n",
		"one/one.go":         "package one\n",
		"one/README.md":      "`go run ./cmd/tour`, `go run ./one/cmd/tour strings`, `go test ./...`, `make run`, `make sure` it runs, `make a folder: …`\n",
		"docs/commands.md":   "```sh\ncd one && go run ./cmd/tour # comment: make gone\nWORKBOOK_REDIS=server go test -race ./one/...\nmake test ARGS='-run Order ./gone'\ngo run ./one\nmake test gone\n```\n",
		"docs/transcript.md": "```console\n$ go -C one run ./cmd/tour ./gone\nmake gone is only printed\n$ go vet ./gone/...\n```\n",
	})
	requireFindings(t, brokenCommands, root,
		"docs/commands.md:5: go run ./one: there is no program in ./one",
		"docs/commands.md:6: make test gone: the Makefile has no job gone",
		"docs/transcript.md:4: go vet ./gone/...: there is no package in ./gone/...",
		"one/README.md:1: make sure: the Makefile has no job sure",
	)
}

func TestFencesAndTranscriptsThatAreFalse(t *testing.T) {
	const fence = "```"
	root := repository(t, map[string]string{
		"go.work":   "go 1.26.0\n",
		"README.md": fence + "\nx\n" + fence + "\n\n<!-- run: a port=1 -->\n" + fence + "\n$ true\n" + fence + "\n",
		"b.md":      "<!-- run: a -->\n" + fence + "\n$ echo one\ntwo\n" + fence + "\n",
		"c.md":      "<!-- run: a redis=server -->\n" + fence + "\n$ echo one\none\n" + fence + "\n",
	})
	requireFindings(t, falseFences, root, "README.md:1: this block is claimed by nothing", "README.md:5: port=1: there is no such option")

	t.Setenv("REQUIRE_REDIS", "")
	t.Setenv("PATH", onlyShell(t))
	var out bytes.Buffer
	tally, err := Run(t.Context(), root, []string{"transcripts"}, &out)
	require.NoError(t, err)
	require.Equal(t, "0 passed, 1 failed, 1 skipped", tally.String())
	require.Contains(t, out.String(), "-two\n      +one\n")
	require.Contains(t, out.String(), "      skipped: c.md: session a is not run: redis-server is not on the PATH")
}

// onlyShell returns a folder that holds a shell, what it needs, and no Redis.
func onlyShell(t *testing.T) string {
	folder := t.TempDir()
	found := false
	for _, name := range []string{"dash", "bash", "go", "stty"} {
		if path, err := exec.LookPath(name); err == nil {
			require.NoError(t, os.Symlink(path, filepath.Join(folder, name)))
			found = found || name == "dash" || name == "bash"
		}
	}
	if !found {
		t.Skip("needs dash or bash, as on Linux and macOS")
	}
	return folder
}

func TestAFailedCheckShowsWhatItFound(t *testing.T) {
	root := repository(t, map[string]string{"a.go": "package  a\n"})
	var out bytes.Buffer
	tally, err := Run(t.Context(), root, []string{"format", "sources"}, &out)
	require.NoError(t, err)
	require.Equal(t, "1 passed, 1 failed", tally.String())
	require.Regexp(t, `(?m)^FAIL  format .*\n      a.go: not formatted\nok    sources `, out.String())

	_, err = Run(t.Context(), root, []string{"formats"}, &out)
	require.ErrorContains(t, err, `there is no check "formats"; there are: format, sources,`)
}

func TestWhatCannotBeFoundOutHasFailed(t *testing.T) {
	var out bytes.Buffer
	tally, err := Run(t.Context(), repository(t, nil), []string{"modules", "commands"}, &out)
	require.NoError(t, err)
	require.Equal(t, "0 passed, 2 failed", tally.String())
	require.Contains(t, out.String(), "go.work")
}

func TestAModuleThatFailsAlone(t *testing.T) {
	for name, c := range map[string]struct{ test, shown string }{
		"builds":                       {"func TestA(t *testing.T) { t.Error(\"nothing is run\") }", ""},
		"a test that does not compile": {"func TestA(t *testing.T) { t.Eror(\"the reason\") }", "t.Eror undefined"},
		"an objection of go vet":       {"func TestA(t *testing.T) { t.Errorf(\"%d\", t.Name()) }", "wrong type string"},
		"a module that is not named":   {"var _ = two.Two", "no required module provides package"},
	} {
		t.Run(name, func(t *testing.T) {
			imports := "import \"testing\"\n"
			if strings.Contains(c.test, "two.") {
				imports = "import \"example.com/redis-chat/02-two\"\n"
			}
			root := repository(t, map[string]string{
				"01-one/go.mod":    "module example.com/redis-chat/01-one\n\ngo 1.26\n",
				"01-one/a_test.go": "package one\n\n" + imports + "\n" + c.test + "\n",
				"02-two/go.mod":    "module example.com/redis-chat/02-two\n\ngo 1.26\n",
				"02-two/two.go":    "package two\n\nconst Two = 2\n",
			})
			found, err := failsAlone("01-one")(t.Context(), root)
			require.NoError(t, err)
			if c.shown == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Contains(t, found[0], c.shown)
		})
	}
}

func TestWhatAPackageMustNotBeBuiltOf(t *testing.T) {
	emitter := room{"06-emitter", []string{chat, lua}}
	require.Equal(t, []string{
		"06-emitter must know nothing of " + chat,
		"06-emitter must know nothing of " + chat + "/frame",
		"06-emitter must know nothing of " + lua + "/parse",
	}, emitter.tooMuch([]string{"fmt", ours + "06-emitter", chat, chat + "/frame", chat + "ter", lua + "/parse"}))
	require.Empty(t, emitter.tooMuch([]string{"fmt", ours + "03-pubsub"}))
}

func TestWhatDoesNotCompileElsewhereIsFound(t *testing.T) {
	root := repository(t, map[string]string{
		"go.work":             "go 1.26.0\n\nuse ./a\n",
		"a/go.mod":            "module example.com/a\n\ngo 1.26.0\n",
		"a/a.go":              "package a\n\nvar A = b\n",
		"a/b_linux.go":        "package a\n\nconst b = 1\n",
		"a/b_windows.go":      "package a\n\nconst b = 1\n",
		"a/b_windows_test.go": "package a\n\nvar c int = \"c\"\n",
		"a/b_darwin.go":       "package a\n\nimport \"os\"\n\nconst b = 1\n",
	})
	requireFindings(t, typesFor("linux"), root)
	requireFindings(t, typesFor("windows"), root, `b_windows_test.go:3:13: cannot use "c"`)
	requireFindings(t, typesFor("darwin"), root, `b_darwin.go:3:8: "os" imported and not used`)
	requireFindings(t, typesFor("plan9"), root, "a.go:3:9: undefined: b")
}

func TestMisspelledWordsAreFound(t *testing.T) {
	const wrong = "rec" + "ieve" // in one word it would be found here, too
	files := map[string]string{
		"a/README.md": "# One\n\nWhoever listens will " + wrong + " it.\n",
		"a/a.go":      "package a\n\n// X is to " + wrong + " all.\nvar X = 1\n",
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join("..", "tools", name))
		require.NoError(t, err)
		files[toolsModule+"/"+name] = string(text)
	}
	root := repository(t, files)
	got, err := misspelled(t.Context(), root)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Contains(t, got[0], `a/README.md:3:21: "`+wrong+`" is a misspelling of "receive"`)
	require.Contains(t, got[0], "a/a.go:3:")
}

func TestHeadingsThatAreOutOfOrder(t *testing.T) {
	root := repository(t, map[string]string{
		"a.md":           "# A\n\n## B\n\n### C\n\n## D\n",
		"b.md":           "## B\n\n#### C\n",
		"e.md":           "# E\n\n### F\n",
		"docs/slides.md": "# One\n\n## A\n\n# Two\n",
		"c.md":           "# C\n\n# D\n",
		"d.md":           "nothing\n",
		"f.md":           "# F\n\n<details><summary>Why `WAIT`?</summary>\n\nSo.\n</details>\n\n<details><summary>Why <code>WAIT</code>?</summary>\n\nSo.\n</details>\n\n`<summary>` has no `code` there\n",
	})
	requireFindings(t, wrongHeadings, root,
		"b.md:1: the first heading is the title",
		"b.md:3: a heading of level 4 below one of level 2",
		"c.md:3: a second title",
		"d.md:1: there is no heading",
		"f.md:3: in a <summary> a page shows backticks as they are: write <code>",
	)
}
