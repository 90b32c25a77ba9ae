package basics_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// tour runs one section where WORKBOOK_REDIS says, and returns what it
// prints, with nothing in it that differs from run to run.
func tour(t *testing.T, name string) string {
	needsTour(t)
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	out, err := tourOn(t.Context(), t, backend, name)
	require.NoError(t, err)
	return out
}

func tourOn(ctx context.Context, t *testing.T, b launch.Backend, name string) (string, error) {
	var out bytes.Buffer
	start, err := basics.StartTour(ctx, basics.TourOptions{Backend: b, Out: &out, Patience: patience})
	require.NoError(t, err)
	defer func() { require.NoError(t, start.Close()) }()
	sections, err := basics.Find(name)
	require.NoError(t, err)
	err = start.Run(ctx, sections[0])
	plain := regexp.MustCompile(`(?m)^\S+:\d+(\(TX\))?> `).ReplaceAllString(out.String(), "$1> ")
	return regexp.MustCompile(`tour:\w{8}:`).ReplaceAllString(plain, "chat:"), err
}

func number(t *testing.T, in, pattern string) int {
	found := regexp.MustCompile(pattern).FindStringSubmatch(in)
	require.NotNil(t, found, "%s in\n%s", pattern, in)
	n, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	return n
}

func TestSectionsOfTheTypesShowWhatTheyPromise(t *testing.T) {
	for name, lines := range map[string][]string{
		"strings": {
			"> set chat:session:alice \"node 3000\" ex 30\nOK\n", "> get chat:session:bob\n(nil)\n",
			"> set chat:name:carol second nx\n(nil)\n> get chat:name:carol\n\"first\"\n",
			"> getset chat:topic:lobby \"release day\"\n\"welcome\"\n", "> set chat:topic:lobby party get\n\"release day\"\n",
			"(integer) 1\n> exists chat:typing:alice\n(integer) 0\n",
		},
		"counters":   {"> incrby chat:unread:alice 5\n(integer) 7\n", "> getdel chat:unread:alice\n\"6\"\n", "(error) ERR value is not an integer or out of range\n> get chat:topic:lobby\n\"welcome\"\n"},
		"hashes":     {"1) \"Alice\"\n2) \"Osaka\"\n3) (nil)\n", "> hdel chat:user:alice city\n(integer) 1\n"},
		"lists":      {"1) \"carol: yes!\"\n2) \"alice: lunch?\"\n3) \"bob: hello\"\n", "> llen chat:recent:lobby\n(integer) 3\n"},
		"sets":       {"> sinter chat:room:lobby chat:room:go\n1) \"carol\"\n", "> sdiff chat:room:lobby chat:room:go\n1) \"alice\"\n"},
		"sortedsets": {"withscores\n1) \"carol\"\n2) \"5\"\n3) \"bob\"\n4) \"2\"\n", "byscore\n1) \"bob\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out := tour(t, name)
			for _, want := range lines {
				require.Contains(t, out, want)
			}
		})
	}
}

func TestTransactionDoesNotRollBack(t *testing.T) {
	out := tour(t, "transactions")
	require.Contains(t, out, "1) (integer) 1\n2) (error) ERR value is not an integer or out of range\n3) OK\n"+
		"> get chat:messages\n\"1\"\n> get chat:topic\n\"welcome\"\n> get chat:last\n\"alice: hi\"\n")
	require.Contains(t, out, "(error) EXECABORT Transaction discarded because of previous errors.\n> get chat:messages\n\"1\"\n")
}

// TestExecKeepsWhatSucceeded proves row A5 without the tour's words.
func TestExecKeepsWhatSucceeded(t *testing.T) {
	ctx, c, prefix := t.Context(), redistest.Start(t), redistest.Prefix(t)
	before, text, after := prefix+"before", prefix+"text", prefix+"after"
	t.Cleanup(func() { c.Del(context.WithoutCancel(ctx), before, text, after) })
	require.NoError(t, c.Set(ctx, text, "welcome", 0).Err())
	cmds, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Incr(ctx, before)
		p.Incr(ctx, text)
		p.Incr(ctx, after)
		return nil
	})
	require.ErrorContains(t, err, "not an integer")
	require.NoError(t, cmds[0].Err())
	require.Error(t, cmds[1].Err())
	require.NoError(t, cmds[2].Err())
	require.Equal(t, "1", c.Get(ctx, before).Val())
	require.Equal(t, "welcome", c.Get(ctx, text).Val())
	require.Equal(t, "1", c.Get(ctx, after).Val())
}

func TestReadAndWriteLosesUpdatesAndINCRDoesNot(t *testing.T) {
	out := tour(t, "atomicity")
	require.Positive(t, number(t, out, `GET and SET: (\d+) of 2000 updates lost`))
	require.Zero(t, number(t, out, `INCR: (\d+) lost`))
	require.Contains(t, out, "> get chat:count:incr\n\"2000\"\n")
}

func TestPipelineIsOneRoundTrip(t *testing.T) {
	out := tour(t, "pipelining")
	require.Equal(t, 1000, number(t, out, `one by one +(\d+)`))
	require.Equal(t, 1, number(t, out, `one pipeline +(\d+)`))
	require.Contains(t, out, "> get chat:pipelined\n\"2000\"\n")
}

func TestWatchTriesAgainAndLosesNothing(t *testing.T) {
	out := tour(t, "watch")
	require.Contains(t, out, "(TX)> exec\n(nil)\n> watch chat:seats\n", "bob came between")
	require.Contains(t, out, "Carol is in at her try 2")
	require.Zero(t, number(t, out, `400 updates, (\d+) lost`))
	require.Greater(t, number(t, out, `(\d+) tries`), 400)
}

func TestScanCostsWhatAnIndexSaves(t *testing.T) {
	out := tour(t, "keyvalue")
	byScan, byIndex := number(t, out, `and each HGET\) +50 +(\d+)`), number(t, out, `as an index\) +50 +(\d+)`)
	require.GreaterOrEqual(t, byScan, 5000)
	require.Equal(t, 51, byIndex)
	require.Contains(t, out, "> sismember chat:city:Kyoto chat:user:100\n(integer) 1\n> hget chat:user:100 name\n(nil)\n")
	require.Greater(t, number(t, out, `memory usage chat:user:1\n\(integer\) (\d+)`), 30)
}

func TestFullMemoryRefusesToWrite(t *testing.T) {
	redistest.NeedsServer(t)
	out := tour(t, "keyvalue")
	require.Contains(t, out, "(error) OOM command not allowed")
	taken := number(t, out, `It took (\d+) values`)
	require.Greater(t, taken, 1000)
	require.Less(t, taken, 4000)
}

func TestWhatSurvivesAStopAndAKill(t *testing.T) {
	redistest.NeedsServer(t)
	out := tour(t, "persistence")
	for row, survived := range map[string]int{
		`nothing +clean stop`: 0, `at 600 +clean stop`: 1000, `everysec +clean stop`: 1000,
		`at 600 +kill -9`: 600, `everysec +kill -9`: 1000,
	} {
		require.Equal(t, survived, number(t, out, row+` +1000 +(\d+)`), row)
	}
}

func TestPersistenceSaysHowToSeeIt(t *testing.T) {
	out, err := tourOn(t.Context(), t, launch.Backend{}, "persistence")
	require.NoError(t, err)
	require.Contains(t, out, "-redis server persistence")
}

func TestEverySectionNamesItsFile(t *testing.T) {
	for _, s := range basics.Sections() {
		require.FileExists(t, s.File)
		require.True(t, strings.HasPrefix(s.File, s.Name), "%s is in %s", s.Name, s.File)
		b, err := os.ReadFile(s.File)
		require.NoError(t, err)
		require.Less(t, bytes.Count(b, []byte("\n")), 250)
	}
}

func TestEachSectionAsksForAPrediction(t *testing.T) {
	for _, s := range basics.Sections() {
		t.Run(s.Name, func(t *testing.T) {
			source, err := os.ReadFile(s.File)
			require.NoError(t, err)
			require.Contains(t, string(source), "t.Predict(ctx, ", "a number that was predicted is looked at in another way")
		})
	}
}
