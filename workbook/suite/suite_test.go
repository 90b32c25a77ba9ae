package suite

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// moduleWith writes a workspace of one module with one test file and returns its root.
func moduleWith(t *testing.T, testFile string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":     "go 1.26\n\nuse ./m\n",
		"m/go.mod":    "module example.com/m\n\ngo 1.26\n",
		"m/m_test.go": testFile,
	} {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return root
}

// testIn runs go test, without -race to be quick, in a module with that test file.
func testIn(t *testing.T, testFile string) (Tally, string, error) {
	t.Helper()
	var out bytes.Buffer
	o := Options{Root: moduleWith(t, testFile), Out: &out, Err: os.Stderr}
	tally, err := goTest(t.Context(), o, []string{"test", "-json", "work"}, append(os.Environ(), "GOFLAGS=", "GOWORK="))
	return tally, out.String(), err
}

// runIn compiles the tests of a module with that test file, and runs the program.
func runIn(t *testing.T, testFile string, flags ...string) (Tally, string, error) {
	t.Helper()
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "")
	var out bytes.Buffer
	o := Options{Root: moduleWith(t, testFile), Out: &out, Err: &out, Timeout: time.Minute}
	packages, err := listPackages(t.Context(), o.Root)
	require.NoError(t, err)
	tally, err := runPrograms(t.Context(), o, programs(o.Root, packages), nil, flags, os.Environ())
	return tally, out.String(), err
}

func TestProgramsAreRunAsGoTestRunsThem(t *testing.T) {
	tally, out, err := runIn(t, `package m
import ("os"; "path/filepath"; "testing")
func TestPasses(t *testing.T) {
	here, _ := os.Getwd()
	if filepath.Base(here) != "m" || os.Getenv("PWD") != here { t.Errorf("in %s, PWD=%s", here, os.Getenv("PWD")) }
	if testing.Short() { t.Log("of no interest") } else { t.Error("not short") }
}
func TestSkips(t *testing.T) { t.Skip("needs redis-server") }
`, "-test.short")
	require.NoError(t, err)
	require.Equal(t, "1 passed, 0 failed, 1 skipped", tally.String(), out)
	require.Regexp(t, `^ok  \texample.com/m\t[0-9.]+s\n$`, out)
}

func TestWhatTestsBuildIsCompiledAsTheTestsAre(t *testing.T) {
	tally, out, err := runIn(t, `package m
import ("os"; "os/exec"; "strings"; "testing")
func TestFlags(t *testing.T) {
	flags, err := exec.Command("go", "env", "GOFLAGS").Output()
	if err != nil || !strings.Contains(string(flags), "-ldflags=-w") { t.Errorf("%s %v", flags, err) }
	if out, err := exec.Command("go", "build", "-o", os.DevNull, "errors").CombinedOutput(); err != nil { t.Errorf("%s", out) }
}
`)
	require.NoError(t, err)
	require.Equal(t, "1 passed, 0 failed", tally.String(), out)
}

func TestProgramThatHangsIsEnded(t *testing.T) {
	tally, out, err := runIn(t, "package m\nimport \"testing\"\nfunc TestHangs(t *testing.T) { select {} }\n", "-test.timeout=10ms")
	require.NoError(t, err)
	require.Equal(t, 1, tally.Failed)
	require.Contains(t, out, "TestHangs did not end")
	require.Contains(t, out, "test timed out after 10ms")
}

func TestCountsWhatGoTestReports(t *testing.T) {
	tally, out, err := testIn(t, `package m
import "testing"
func TestPasses(t *testing.T) { t.Log("of no interest"); t.Run("sub", func(t *testing.T) {}) }
func TestSkips(t *testing.T) { t.Log("before"); t.Skip("needs redis-server") }
func TestFails(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Error("the reason") }) }
`)
	require.NoError(t, err)
	require.Equal(t, "2 passed, 2 failed, 1 skipped", tally.String())
	require.Equal(t, map[string]int{"needs redis-server": 1}, tally.reasons)
	require.Contains(t, out, "m_test.go:5: the reason")
	require.Contains(t, out, "--- FAIL: TestFails/sub")
	require.Contains(t, out, "FAIL\texample.com/m")
	require.NotContains(t, out, "of no interest")
}

func TestAPassingPackageIsOneLine(t *testing.T) {
	tally, out, err := testIn(t, "package m\nimport \"testing\"\nfunc TestPasses(t *testing.T) { println(1) }\n")
	require.NoError(t, err)
	require.Equal(t, "1 passed, 0 failed", tally.String())
	require.Regexp(t, `^ok  \texample.com/m\t[0-9.]+s\n$`, strings.TrimPrefix(out, "1\n"))
}

func TestNoFailureIsLost(t *testing.T) {
	for name, c := range map[string]struct{ file, shown string }{
		"fails":            {"package m\nimport \"testing\"\nfunc TestFails(t *testing.T) { t.Error(\"the reason\") }\n", "the reason"},
		"does not compile": {"package m\nvar x int = \"text\"\n", "cannot use"},
		"panics":           {"package m\nimport \"testing\"\nfunc TestPanics(t *testing.T) { panic(\"the cause\") }\n", "the cause"},
		"ends the process": {"package m\nimport (\"os\"; \"testing\")\nfunc TestExits(t *testing.T) { os.Exit(3) }\n", "TestExits did not end"},
		"fails in TestMain": {"package m\nimport (\"os\"; \"testing\")\nfunc TestPasses(t *testing.T) {}\n" +
			"func TestMain(m *testing.M) { m.Run(); println(\"a goroutine leaks\"); os.Exit(1) }\n", "a goroutine leaks"},
		"panics in a goroutine": {"package m\nimport \"testing\"\nfunc TestDies(t *testing.T) { go panic(\"the cause\"); select {} }\n", "the cause"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, runner := range []func(*testing.T, string) (Tally, string, error){
				testIn,
				func(t *testing.T, file string) (Tally, string, error) { return runIn(t, file) },
			} {
				tally, out, err := runner(t, c.file)
				require.NoError(t, err, out)
				require.Equal(t, 1, tally.Failed, out)
				require.Contains(t, out, c.shown)
				require.Contains(t, out, "FAIL\texample.com/m")
			}
		})
	}
}

// The package depends on no Redis. Whether its tests ask for a server is seen in the first run.
func TestWhatOnlyARealServerShowsRunsOnOne(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "")
	root := moduleWith(t, `package m
import ("os"; "testing")
func TestAnywhere(t *testing.T) {}
func TestOnServer(t *testing.T) { if os.Getenv("WORKBOOK_REDIS") != "server" { t.Skip(os.Getenv("REASON")) } }
`)
	packages, err := listPackages(t.Context(), root)
	require.NoError(t, err)
	runs, _ := plan(nil, "redis-server")
	const onServer = "only a real server can show this: run it with WORKBOOK_REDIS=server"
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{onServer, nil, "3 passed, 0 failed, 1 skipped"},
		{onServer, []string{"-run=Test"}, "3 passed, 0 failed, 1 skipped"},
		{"long: it runs once, in the run on real servers (leave -short away)", nil, "3 passed, 0 failed, 1 skipped"},
		{"needs node", nil, "1 passed, 0 failed, 1 skipped"},
	} {
		var out bytes.Buffer
		o := Options{Args: c.args, Out: &out, Err: os.Stderr, Timeout: time.Minute, Root: root}
		tests := tests{Options: o, packages: packages, programs: programs(root, packages)}
		tally, err := tests.round(t.Context(), runs, append(os.Environ(), "REASON="+c.reason))
		require.NoError(t, err, out.String())
		require.Equal(t, c.want, tally.String(), out.String())
	}
}

func TestAnErrorOfGoTestItselfIsAnError(t *testing.T) {
	var complaints bytes.Buffer
	o := Options{Root: moduleWith(t, "package m\n"), Out: io.Discard, Err: &complaints}
	_, err := goTest(t.Context(), o, []string{"test", "-json", "-p=many"}, append(os.Environ(), "GOFLAGS=", "GOWORK="))
	require.ErrorContains(t, err, "go test failed, and no test did")
	require.Contains(t, complaints.String(), "many")
}

func TestAStreamCutShortIsAFailure(t *testing.T) {
	var out bytes.Buffer
	tally, err := read(strings.NewReader(`{"Action":"run","Package":"p","Test":"TestHangs"}
{"Action":"output","Package":"p","Test":"TestHangs","Output":"waiting\n"}
`), &out)
	require.NoError(t, err)
	require.Equal(t, 1, tally.Failed)
	require.Contains(t, out.String(), "--- TestHangs did not end:\nwaiting\n")
}

func TestTallyIsAppendedForCI(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tally")
	t.Setenv("TALLY", file)
	require.NoError(t, Tally{Passed: 3, Failed: 1}.Append())
	require.NoError(t, Tally{Passed: 4, Skipped: 2}.Append())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "3 1 0\n4 0 2\n", string(text))

	t.Setenv("TALLY", "")
	require.NoError(t, Tally{}.Append())
}

func TestSkipsAreListedByReason(t *testing.T) {
	var sum Tally
	sum.skip("a", "    a_test.go:3: needs redis-server\n--- SKIP: TestA (0.00s)\n")
	sum.skip("b", "    b_test.go:4: needs redis-server\n--- SKIP: TestB (0.00s)\n")
	sum.skip("c", "--- SKIP: TestC (0.00s)\n")
	var out bytes.Buffer
	sum.printSkips(&out)
	require.Equal(t, "skipped   2: needs redis-server\nskipped   1: no reason given\n", out.String())
}

func TestSaysWhatItRunsAndAddsUp(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "127.0.0.1:1")
	t.Setenv("CGO_ENABLED", "0") // as where there is no C compiler
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "")
	var out bytes.Buffer
	tally, err := Main(t.Context(), Options{Err: os.Stderr, Out: &out, Root: moduleWith(t, `package m
import ("os"; "testing")
func TestPasses(t *testing.T) { if os.Getenv("WORKBOOK_REDIS") != "127.0.0.1:1" { t.Error("not told where Redis is") } }
func TestSkips(t *testing.T) { t.Skip("needs redis-server") }
`)})
	require.NoError(t, err)
	require.Equal(t, "1 passed, 0 failed, 1 skipped", tally.String(), out.String())
	require.Contains(t, out.String(), "== run 1 of 1: on 127.0.0.1:1, as WORKBOOK_REDIS says\n")
	require.Contains(t, out.String(), "skipped   1: needs redis-server\n")
	if runtime.GOOS != "darwin" { // there the race detector needs no C compiler
		require.Contains(t, out.String(), "without -race, which needs a C compiler")
	}
}
