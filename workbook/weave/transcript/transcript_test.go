package transcript

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"example.com/redis-chat/workbook/weave"
)

// chapter writes the files of an archive. In it ”' stands for a fence.
func chapter(t *testing.T, archive string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, f := range txtar.Parse([]byte(strings.ReplaceAll(archive, "'''", "```"))).Files {
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

// sessions runs those of a README.
func sessions(t *testing.T, o Options, text string) Outcome {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("transcripts need a Unix terminal: run them on Linux or macOS")
	}
	o.Root = cmp.Or(o.Root, chapter(t, "-- README.md --\n"+text))
	outcome, err := All(t.Context(), o)
	require.NoError(t, err)
	return outcome
}

func TestSessionsThatAreAsTheTextSays(t *testing.T) {
	for name, text := range map[string]string{
		"a command and its output": "<!-- run: a -->\n'''console\n$ echo one; echo two\none\ntwo\n'''\n",
		"two commands":             "<!-- run: a -->\n'''console\n$ echo one\none\n$ echo two\ntwo\n'''\n",
		"output without an end":    "<!-- run: a -->\n'''console\n$ printf one\none\n$ echo two\ntwo\n'''\n",
		"lines are left out":       "<!-- run: a -->\n'''console\n$ seq 9\n1\n…\n4\n5\n...\n'''\n",
		"quiet":                    "<!-- run: a quiet -->\n'''console\n$ echo nobody compares this\n'''\n",
		"a file is left behind":    "<!-- run: a quiet -->\n'''console\n$ echo one > file\n'''\n<!-- run: a other -->\n'''console\n$ cat file\none\n'''\n",
		"in a list":                "- one\n\n  <!-- run: a -->\n  '''console\n  $ echo one\n  one\n  '''\n",
		"a mask":                   "<!-- run: a mask=duration -->\n'''console\n$ echo done in 1.2ms\ndone in 3s\n'''\n",
		"a variable of the shell":  "<!-- run: a -->\n'''console\n$ x=7\n'''\n<!-- run: a -->\n'''console\n$ echo $x\n7\n'''\n",
		"a prediction is asked for": `<!-- run: a -->
'''console
$ echo '# Predict: 2 + 2?'; printf 'your guess> '; read n; echo "it is not $n"; printf 'your guess> '; read n; echo "it is $n"
# Predict: 2 + 2?
your guess> 5
it is not 5
your guess> 4
it is 4
'''
`,
		"typed into a program that stays": `<!-- run: a cat& -->
'''console
$ echo ready; cat
ready
'''
<!-- step: a cat type hello -->
<!-- run: a cat -->
'''
hello
hello
'''
`,
		"waited for, cleared, and ended": `<!-- run: a one& two& quiet until="ready" -->
'''console
$ echo ready; cat; echo last words
$ echo ready; cat
'''
<!-- step: a one type noise -->
<!-- step: a one wait noise -->
<!-- step: a one wait noise -->
<!-- step: a one clear -->
<!-- step: a one press Ctrl-D -->
<!-- run: a one -->
'''
last words
'''
<!-- run: a one -->
'''console
$ echo free again
free again
'''
`,
		"stopped and continued": `<!-- run: a one& quiet -->
'''console
$ tee file
'''
<!-- step: a one type before -->
<!-- step: a one wait before -->
<!-- step: a one wait before -->
<!-- step: a one press Ctrl-Z -->
<!-- step: a one wait Stopped -->
<!-- step: a one start fg -->
<!-- step: a one type after -->
<!-- step: a one press Ctrl-D -->
<!-- run: a one -->
'''console
$ cat file
before
after
'''
`,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a variable of the shell" {
				text = strings.Replace(text, "run: a", "run: a quiet", 1)
			}
			outcome := sessions(t, Options{}, text)
			require.Empty(t, outcome.Findings)
			require.Equal(t, 1, outcome.Ran)
		})
	}
}

// Each session differs from its text in one thing, and ends by itself.
func TestSessionsThatAreNotAsTheTextSays(t *testing.T) {
	const short = 5 * time.Second // for waits that cannot be met: a slow machine does the rest in it
	for name, c := range map[string]struct {
		text     string
		patience time.Duration
		want     []string
	}{
		"another line":    {"<!-- run: a -->\n'''console\n$ echo one\ntwo\n'''\n", 0, []string{"README.md:3: session a on Redis embedded: \"echo one\" in terminal shell shows otherwise", "-two\n+one\n"}},
		"a line too many": {"<!-- run: a -->\n'''console\n$ seq 2\n1\n'''\n", 0, []string{"+2\n"}},
		"a line too few":  {"<!-- run: a -->\n'''console\n$ seq 2\n1\n2\n3\n'''\n", 0, []string{"-3\n"}},
		"a figure":        {"<!-- run: a mask=duration -->\n'''console\n$ echo 20 of 57 in 3ms\n21 of 57 in 3ms\n'''\n", 0, []string{"-21 of 57 in ‹duration›\n+20 of 57 in ‹duration›\n"}},
		"what does not end": {"<!-- run: a -->\n'''console\n$ echo one; cat\none\n'''\n", short, []string{
			"\"echo one; cat\" in terminal shell does not end: if it is meant to stay, claim its block with shell&"}},
		"what does not end, and is quiet": {"<!-- run: a quiet -->\n'''console\n$ cat\n'''\n", short, []string{
			"\"cat\" in terminal shell does not end: if it is meant to stay, claim its block with shell&"}},
		"what never comes": {"<!-- run: a one& -->\n'''console\n$ echo one; cat\none\ntwo\n'''\n", short, []string{
			"README.md:3: ", "\"echo one; cat\" in terminal one has not shown what is waited for within 5s", " one\n-two\n"}},
		"what comes otherwise, from what stays": {"<!-- run: a one& -->\n'''console\n$ echo one; cat\ntwo\n'''\n", 0, []string{"shows otherwise", "-two\n+one\n"}},
		"what ends and should stay":             {"<!-- run: a one& -->\n'''console\n$ echo one\none\ntwo\n'''\n", 0, []string{"-two\n"}},
		"a wait for nothing": {"<!-- run: a one& quiet -->\n'''console\n$ cat\n'''\n<!-- step: a one wait two -->\n", short, []string{
			"README.md:5: ", "\"cat\" in terminal one has not printed \"two\""}},
		"a wait at what has ended": {"<!-- run: a quiet until=\"two\" -->\n'''console\n$ echo one\n'''\n", 0, []string{
			"\"echo one\" in terminal shell has not printed \"two\"; it has printed:\none\n"}},
		"typed where nothing runs": {"<!-- run: a one quiet -->\n'''console\n$ true\n'''\n<!-- step: a one type two -->\n", 0, []string{
			"README.md:5: ", "step type two: no program runs in terminal one"}},
		"what is deaf to Ctrl-C": {"<!-- run: a one& -->\n'''console\n$ trap '' INT; echo one; sleep 100\none\n'''\n", short, []string{"session a: after Ctrl-C", "does not end"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			outcome := sessions(t, Options{Patience: c.patience}, c.text)
			require.Equal(t, 1, outcome.Failed)
			for _, want := range c.want {
				require.Contains(t, strings.Join(outcome.Findings, "\n"), want)
			}
		})
	}
}

func TestClaimsThatAreWrong(t *testing.T) {
	const block = "\n'''console\n$ echo one\none\n'''\n"
	for name, c := range map[string]struct{ text, want string }{
		"an unknown option":         {"<!-- run: a port=1 -->" + block, "README.md:1: port=1: there is no such option: want <!-- run: SESSION TERMINAL…"},
		"an unknown mask":           {"<!-- run: a mask=day -->" + block, `README.md:1: mask=day: there is no mask "day": there are buffered, duration,`},
		"an unknown Redis":          {"<!-- run: a redis=cloud -->" + block, "README.md:1: redis=cloud: there is no such option"},
		"no session":                {"<!-- run: A -->" + block, "README.md:1: want <!-- run: SESSION"},
		"two backends":              {"<!-- run: a redis=both -->" + block + "<!-- run: a redis=server -->" + block, "README.md:6: redis=server, but the session began with redis=both"},
		"no output":                 {"<!-- run: a -->\n'''console\n$ true\n'''\n", `README.md:1: run: "true" shows no output: show it, or claim the block with quiet`},
		"output, and quiet":         {"<!-- run: a quiet -->" + block, `README.md:1: run: "echo one" shows output, and the claim says quiet`},
		"three terminals for one":   {"<!-- run: a x y z -->" + block, "README.md:1: run: 3 terminals for 1 commands"},
		"nothing that could stay":   {"<!-- run: a x& -->\n'''\none\n'''\n", "README.md:1: run: x&: there is no command in this block that could stay"},
		"a step of no session":      {"<!-- step: b x type one -->\n", "README.md:1: step: no block belongs to a session b"},
		"a step without words":      {"<!-- step: a x type -->\n<!-- run: a -->" + block, "README.md:1: step type: want <!-- step: SESSION TERMINAL VERB WORDS -->"},
		"a step of an unknown kind": {"<!-- step: a x shout one -->\n<!-- run: a -->" + block, "README.md:1: step shout: want"},
		"a key that we do not know": {"<!-- step: a x press Ctrl-X -->\n<!-- run: a -->" + block, "README.md:1: press Ctrl-X: want"},
		"clear, and words":          {"<!-- step: a x clear one -->\n<!-- run: a -->" + block, "README.md:1: step clear: want"},
		"a block of no lines":       {"<!-- run: a -->\n```console\n```\n<!-- run: a x y -->" + block, "README.md:4: run: 2 terminals for 1 commands"},
		"clear while one answers":   {"<!-- run: a -->" + block + "<!-- step: a x type one -->\n<!-- step: a y clear -->\n", `README.md:7: step clear: what comes of "type one" may be there already: clear before that`},
	} {
		t.Run(name, func(t *testing.T) {
			text := weave.Read("README.md", strings.ReplaceAll(c.text, "'''", "```"))
			require.Equal(t, 1, len(Claims([]*weave.Text{text})))
			require.Contains(t, Claims([]*weave.Text{text})[0], c.want)
		})
	}
}

func TestWhatCameIsAccepted(t *testing.T) {
	root := chapter(t, `
-- README.md --
<!-- run: a mask=duration -->
'''console
$ echo one; echo 1ms
two
7ms
$ seq 9
1
…
3
'''

- one

  <!-- run: a b& -->
  '''console
  $ echo stays; cat
  goes
  '''

<!-- run: c -->
'''console
$ seq 3
…
4
…
'''
`)
	outcome := sessions(t, Options{Root: root, Accept: true}, "")
	require.Len(t, outcome.Findings, 4)
	left, err := Write(root, outcome)
	require.NoError(t, err)
	require.Len(t, left, 1, "nobody can know what to show between two gaps")
	require.Contains(t, left[0], "session c")
	require.Equal(t, `<!-- run: a mask=duration -->
'''console
$ echo one; echo 1ms
one
1ms
$ seq 9
1
…
9
'''

- one

  <!-- run: a b& -->
  '''console
  $ echo stays; cat
  stays
  '''

<!-- run: c -->
'''console
$ seq 3
…
4
…
'''
`, readme(t, root))
}

func TestSessionWithoutItsProgramIsSkippedOrFails(t *testing.T) {
	dash, err := exec.LookPath("sh")
	require.NoError(t, err)
	t.Setenv("PATH", filepath.Join(filepath.Dir(dash), "nowhere"))
	const text = "<!-- run: a -->\n'''console\n$ echo 1 | redis-cli ping\nPONG\n'''\n"
	t.Setenv("REQUIRE_REDIS", "")
	outcome := sessions(t, Options{}, text)
	require.Zero(t, outcome.Failed)
	require.Equal(t, []string{"README.md: session a is not run: redis-cli is not on the PATH (make doctor tells how to get it)"}, outcome.Skipped)
	t.Setenv("REQUIRE_REDIS", "1")
	outcome = sessions(t, Options{}, text)
	require.Equal(t, 1, outcome.Failed)
	require.Contains(t, outcome.Findings[0], "redis-cli is not on the PATH")
}

func TestPortsAndVariablesOfTheCallerDoNotReachASession(t *testing.T) {
	t.Setenv("PORT", "4000")
	require.Empty(t, sessions(t, Options{}, "<!-- run: a -->\n'''console\n$ echo $PORT $WORKBOOK_REDIS\nembedded\n'''\n").Findings)
}
