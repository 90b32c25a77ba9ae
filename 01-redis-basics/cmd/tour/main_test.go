package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/redistest"
)

const (
	patient   = "TOUR=2m" // for what must come, however slow the machine
	impatient = "TOUR=2s" // for what never comes
)

// TestMain is the program itself when a test starts this binary with TOUR set to
// its patience.
func TestMain(m *testing.M) {
	if text := os.Getenv("TOUR"); text != "" {
		var err error
		if patience, err = time.ParseDuration(text); err != nil {
			panic(err)
		}
		main()
		os.Exit(0)
	}
	// Without this a program with the race detector in it sleeps for a second before
	// it ends.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	redistest.Main(m)
}

func tour(t *testing.T, where string, args ...string) (cmd *exec.Cmd, out, mistake *bytes.Buffer) {
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), patient, "WORKBOOK_REDIS="+where)
	out, mistake = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, mistake
	return cmd, out, mistake
}

// mistaken is a run that has to fail: its exit code and its one sentence.
func mistaken(t *testing.T, env []string, args ...string) (code int, sentence string) {
	t.Helper()
	cmd, out, mistake := tour(t, "", args...)
	cmd.Env = append(cmd.Env, env...)
	exit, ok := errors.AsType[*exec.ExitError](cmd.Run())
	require.True(t, ok, "it does not fail")
	require.Regexp(t, `^tour: [^\n]+\n$`, mistake.String())
	require.Empty(t, out.String())
	return exit.ExitCode(), mistake.String()
}

func TestMistakeInTheCallEndsWith2(t *testing.T) {
	const places = "want embedded, server, or host:port"
	for _, c := range []struct {
		env, args []string
		says      string
	}{
		{nil, []string{"strings", "colours"}, `no such section: "colours"; there are strings, counters`},
		{nil, []string{"strings", "-wire"}, `no such section: "-wire"`},
		{nil, []string{""}, `no such section: ""`},
		{nil, []string{"-colour"}, "flag provided but not defined: -colour; -h lists the flags"},
		{nil, []string{"-redis"}, "flag needs an argument: -redis"},
		{nil, []string{"-wire=yes"}, `-wire "yes": want true or false`},
		{[]string{"WORKBOOK_REDIS=somewhere"}, nil, `WORKBOOK_REDIS "somewhere": ` + places},
		{[]string{"WORKBOOK_REDIS=redis://127.0.0.1:6379"}, nil, `WORKBOOK_REDIS "redis://127.0.0.1:6379": ` + places},
		{[]string{"REDIS_TLS=yes"}, nil, `REDIS_TLS "yes": want true or false`},
		{nil, []string{"-redis", "localhost"}, `-redis "localhost": ` + places},
		{nil, []string{"-redis", "localhost:"}, places},
		{nil, []string{"-redis", "localhost:0"}, places},
		{nil, []string{"-redis", "localhost:65536"}, places},
		{nil, []string{"-redis", "localhost:none", "-list"}, places},
		{nil, []string{"-redis", "127.0.0.1:6379,"}, places},
		{nil, []string{"-redis", "127.0.0.1:6379/"}, places},
		{nil, []string{"-redis", "a b:6379"}, places},
		{nil, []string{"-redis", "127.0.0.256:6379"}, places},
	} {
		code, sentence := mistaken(t, c.env, c.args...)
		require.Equal(t, 2, code, sentence)
		require.Contains(t, sentence, c.says)
	}
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	mistakes := redistest.Mistakes(t, server)
	mistakes["Redis 5"] = redistest.Mistake{Addr: redistest.Redis5Proxy(t, server), Says: "this is Redis 5.0.14, and the tour needs 6.2 or newer"}
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := mistake.Env
			if mistake.Silent {
				env = append(env, impatient)
			}
			code, sentence := mistaken(t, env, "-redis", mistake.Addr, "strings")
			require.Equal(t, 1, code, sentence)
			require.Contains(t, sentence, mistake.Says)
			require.Contains(t, sentence, mistake.Addr)
		})
	}
}

func TestSuccessSaysNothingOnStandardError(t *testing.T) {
	for _, args := range [][]string{{"-list"}, {"-h"}, {"counters", "sets"}} {
		cmd, out, mistake := tour(t, "", args...)
		require.NoError(t, cmd.Run(), mistake.String())
		require.NotEmpty(t, out.String())
		require.Empty(t, mistake.String())
	}
}

// A server of our own lets everybody in, whatever is set for others.
func TestPasswordIsForARunningServerOnly(t *testing.T) {
	cmd, _, mistake := tour(t, "", "counters")
	cmd.Env = append(cmd.Env, "REDIS_USERNAME=bob", "REDIS_PASSWORD=secret", "REDIS_TLS=true")
	require.NoError(t, cmd.Run(), mistake.String())
}

func TestTourSpeaksTLS(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("which certificates are trusted is the system's matter here; on Linux SSL_CERT_FILE tells")
	}
	redistest.NeedsVersion(t, 6, 2, "what the tour shows")
	addr, certificate := redistest.TLSProxy(t, redistest.Start(t).Options().Addr)
	cmd, out, mistake := tour(t, addr, "-wire", "counters")
	cmd.Env = append(cmd.Env, "REDIS_TLS=true", "SSL_CERT_FILE="+certificate)
	require.NoError(t, cmd.Run(), mistake.String())
	require.Contains(t, out.String(), `received :1\r\n`, "what TLS hides is shown")
}

func TestListNamesEverySection(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-list"}, &out, nil))
	require.Equal(t, len(basics.Sections()), strings.Count(out.String(), "\n"))
}

func TestFlagWinsOverVariable(t *testing.T) {
	cmd, out, mistake := tour(t, "127.0.0.1:1", "-redis", "embedded", "-wire", "counters")
	require.NoError(t, cmd.Run(), mistake.String())
	require.Contains(t, out.String(), `received :1\r\n`)
}

func TestWithoutRedisServerOneSentenceSaysHowToGetOne(t *testing.T) {
	cmd, _, mistake := tour(t, "server", "strings")
	cmd.Env = append(cmd.Env, "PATH=/nowhere")
	require.Error(t, cmd.Run())
	require.Contains(t, mistake.String(), "apt-get install redis-server")
	require.Equal(t, 1, strings.Count(mistake.String(), "\n"))
}

func TestAllSectionsRun(t *testing.T) {
	redistest.NeedsVersion(t, 6, 2, "what the tour shows")
	backend := os.Getenv("WORKBOOK_REDIS")
	if backend != "server" {
		backend = redistest.Start(t).Options().Addr
	}
	cmd, out, mistake := tour(t, backend)
	require.NoError(t, cmd.Run(), mistake.String())
	for _, s := range basics.Sections() {
		require.Contains(t, out.String(), "== "+s.Name+": ")
	}
}

// Whoever predicts looks in another way: on a terminal the tour waits for it.
func TestTourWaitsForAPrediction(t *testing.T) {
	t.Setenv("WORKBOOK_REDIS", "")
	reader, keyboard := io.Pipe()
	ask := askFrom(reader)
	shown, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(t.Context(), []string{"sets"}, out, ask)
		ended <- err
		out.CloseWithError(err)
	}()
	lines := bufio.NewReader(shown)
	until := func(text string) {
		var seen strings.Builder
		for !strings.HasSuffix(seen.String(), text) {
			b, err := lines.ReadByte()
			require.NoError(t, err, seen.String())
			seen.WriteByte(b)
		}
	}
	until("# Predict: alice enters twice. What do the two SADD return, and how many members does SCARD count?\nyour guess> ")
	_, err := io.WriteString(keyboard, "3, 0, 3\n")
	require.NoError(t, err)
	until("(integer) 3\n")
	_, err = io.Copy(io.Discard, lines)
	require.NoError(t, err)
	require.NoError(t, <-ended)

	require.NoError(t, keyboard.Close())
	require.ErrorIs(t, ask(t.Context()), errNoGuess, "the keyboard is closed")
	require.ErrorIs(t, run(t.Context(), []string{"sets"}, io.Discard, ask), errNoGuess)
}

func TestInterruptEndsTheWaitForAPrediction(t *testing.T) {
	reader, keyboard := io.Pipe()
	ask := askFrom(reader)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, ask(ctx), context.Canceled)
	require.NoError(t, keyboard.Close())
}
