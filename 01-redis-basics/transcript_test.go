package basics

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

// onlyReal skips what redistest.NeedsServer skips: that package imports this
// one, so a test inside of it cannot use it.
func onlyReal(t *testing.T, why string) {
	b, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if b.Kind == launch.KindServer {
		return
	}
	if why += ": run it with WORKBOOK_REDIS=server and redis-server or valkey-server on the PATH"; os.Getenv("REQUIRE_REDIS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// ours is a server of this test's own, real where WORKBOOK_REDIS=server.
func ours(t *testing.T) launch.Server {
	b, err := launch.BackendFromEnv()
	require.NoError(t, err)
	var s launch.Server
	if b.Kind == launch.KindServer {
		s, err = launch.StartProcess(t.Context(), launch.ProcessOptions{})
	} else {
		s, err = launch.StartEmbedded(launch.EmbeddedOptions{})
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// patience ends a wait for what never comes, and says nothing about speed.
const patience = 2 * time.Minute

// recorded is a client whose transcript goes to a buffer.
func recorded(t *testing.T, addr string) (*redis.Client, *bytes.Buffer) {
	var out bytes.Buffer
	tour := &Tour{options: TourOptions{Out: &out, Patience: patience}}
	c, err := tour.transcribed(t.Context(), addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c, &out
}

// TestTranscriptIsThatOfRedisCLI sends the same commands through redis-cli.
func TestTranscriptIsThatOfRedisCLI(t *testing.T) {
	onlyReal(t, "redis-cli asks its server for the documents of all commands, which the embedded one has not, and aborts")
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("needs redis-cli to compare with: install redis-tools")
	}
	commands := [][]any{
		{"set", "topic", "release day"}, {"get", "topic"}, {"get", ""}, {"get", "nobody"}, {"incr", "topic"},
		{"set", "odd", "a\"b\\c\r\n\t\x00\x7fé"}, {"get", "odd"}, {"lrange", "nothing", "0", "-1"},
		{"rpush", "long", "1", "2", "3", "4", "5", "6", "7", "8", "9", "ten"}, {"lrange", "long", "0", "-1"},
		{"eval", "return {1, {2, {3, 'x'}}, {}, 'y', false}", "0"}, {"del", "topic", "odd", "long"},
	}
	addr := ours(t).Addr()
	host, port, _ := strings.Cut(addr, ":")
	c, out := recorded(t, addr)
	for _, args := range commands {
		out.Reset()
		c.Do(t.Context(), args...)
		typed, reply, _ := strings.Cut(strings.TrimSuffix(out.String(), "\n"), "\n")
		typed = strings.TrimPrefix(typed, addr+"> ")

		// The commands that the transcript shows are typed into redis-cli.
		cmd := exec.Command(cli, "--no-raw", "-h", host, "-p", port)
		cmd.Stdin = strings.NewReader(typed + "\n")
		said, err := cmd.Output()
		require.NoError(t, err)
		if args[0] == "del" {
			said = []byte("(integer) 3") // they are gone already
		}
		require.Equal(t, reply, replaceCount(strings.TrimRight(string(said), "\n"), args), "%s", typed)
	}
}

// replaceCount: the second RPUSH finds the elements of the first.
func replaceCount(said string, args []any) string {
	if args[0] == "rpush" {
		return strings.Replace(said, "20", "10", 1)
	}
	return said
}

func TestTransactionHasRedisCLIsPrompt(t *testing.T) {
	addr := ours(t).Addr()
	c, out := recorded(t, addr)
	_, err := c.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.Set(t.Context(), "a", 1, 0)
		p.LPush(t.Context(), "a", 1)
		return nil
	})
	require.ErrorContains(t, err, "WRONGTYPE")
	require.Equal(t, strings.ReplaceAll(`ADDR> multi
OK
ADDR(TX)> set a 1
QUEUED
ADDR(TX)> lpush a 1
QUEUED
ADDR(TX)> exec
1) OK
2) (error) WRONGTYPE Operation against a key holding the wrong kind of value
`, "ADDR", addr), out.String())
}

func TestTranscriptShowsTheBytes(t *testing.T) {
	var out bytes.Buffer
	tour := &Tour{options: TourOptions{Out: &out, Wire: true, Patience: patience}}
	c, err := tour.transcribed(t.Context(), ours(t).Addr())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Set(t.Context(), "k", `"v"`, 0).Err())
	require.Contains(t, out.String(), `  sent     *3\r\n$3\r\nset\r\n$1\r\nk\r\n$3\r\n"v"\r\n`+"\n"+`  received +OK\r\n`)
}

func TestTranscriptSaysOnceThatTheServerIsGone(t *testing.T) {
	s := ours(t)
	c, out := recorded(t, s.Addr())
	require.NoError(t, s.Kill())
	require.Error(t, c.Get(t.Context(), "a").Err())
	require.Error(t, c.Get(t.Context(), "b").Err())
	require.Equal(t, 1, strings.Count(out.String(), "the connection failed"))
}

func TestGreetingIsNotShown(t *testing.T) {
	s := ours(t)
	c, out := recorded(t, s.Addr())
	require.Empty(t, out.String())
	require.NoError(t, s.Restart(t.Context()))
	c.Ping(t.Context()) // on the broken connection
	out.Reset()
	require.NoError(t, c.Set(t.Context(), "k", "v", 0).Err()) // connects and greets first
	require.Equal(t, s.Addr()+"> set k v\nOK\n", out.String())
}

func TestRoundTripsAreCountedAtTheConnection(t *testing.T) {
	tap := &Tap{}
	c := redis.NewClient(clientOptions(ours(t).Addr(), tap, patience))
	defer c.Close()
	require.NoError(t, greet(t.Context(), c))
	before := tap.RoundTrips()
	for range 10 {
		require.NoError(t, c.Incr(t.Context(), "n").Err())
	}
	require.Equal(t, 10, tap.RoundTrips()-before)
	_, err := c.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for range 100 {
			p.Incr(t.Context(), "n")
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 11, tap.RoundTrips()-before)
}
