package redistest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome stands in for a test and keeps how it ended.
type outcome struct {
	testing.TB
	skipped, failed string
}

func (o *outcome) Helper() {}

func (o *outcome) Skip(args ...any) {
	o.skipped = args[0].(string)
	runtime.Goexit()
}

func (o *outcome) Fatal(args ...any) {
	o.failed = "failed"
	if why, ok := args[0].(string); ok {
		o.failed = why
	}
	runtime.Goexit()
}

func needsServer(t *testing.T) *outcome {
	o := &outcome{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		NeedsServer(o)
	}()
	<-ended
	return o
}

func TestWhatNeedsAServerSkipsOrFailsWithASentence(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	t.Setenv("REQUIRE_REDIS", "")
	require.Contains(t, needsServer(t).skipped, "only a real server can show this: run it with WORKBOOK_REDIS=server", "by its first words make test knows what to run again")
	t.Setenv("REQUIRE_REDIS", "1")
	require.Contains(t, needsServer(t).failed, "WORKBOOK_REDIS=server")
	t.Setenv("WORKBOOK_REDIS", "server")
	require.Equal(t, &outcome{TB: t}, needsServer(t))
	t.Setenv("WORKBOOK_REDIS", "nonsense")
	require.Equal(t, "failed", needsServer(t).failed)
}

// lost is a test that has failed.
type lost struct {
	testing.TB
	told []any
}

func (l *lost) Helper()         {}
func (l *lost) Failed() bool    { return true }
func (l *lost) Log(args ...any) { l.told = args }

func TestLearnersSeeNoLogsOfServers(t *testing.T) {
	for folder, told := range map[string][]any{"relay": {"the log"}, filepath.Join("exercises", "receipt"): nil} {
		dir := filepath.Join(t.TempDir(), folder)
		require.NoError(t, os.MkdirAll(dir, 0o755))
		t.Chdir(dir)
		l := &lost{TB: t}
		Tell(l, func() string { return "the log" })
		require.Equal(t, told, l.told, folder)
	}
}

func TestPrefixIsNobodyElses(t *testing.T) {
	a, b := Prefix(t), Prefix(t)
	require.NotEqual(t, a, b)
	require.True(t, strings.HasPrefix(a, "test:"))
}

func TestStartGivesAClientThatWorks(t *testing.T) {
	c, key := Start(t), Prefix(t)+"k"
	require.NoError(t, c.Set(t.Context(), key, "v", 0).Err())
	require.Equal(t, int64(1), c.Del(t.Context(), key).Val())
}
