package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// TestMain is the program itself when a test starts this binary with TOUR=1.
func TestMain(m *testing.M) {
	if os.Getenv("TOUR") == "1" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func tour(t *testing.T, where string, args ...string) (cmd *exec.Cmd, out, mistake *bytes.Buffer) {
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TOUR=1", "WORKBOOK_REDIS="+where)
	out, mistake = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, mistake
	return cmd, out, mistake
}

func TestExitCodes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := l.Addr().String()
	require.NoError(t, l.Close())

	for _, c := range []struct {
		where string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"-list"}, 0, ""},
		{"", []string{"-h"}, 0, ""},
		{"", []string{"counters", "sets"}, 0, ""},
		{"", []string{"strings", "colours"}, 2, `no such section: "colours"; there are strings, counters`},
		{"", []string{"-colour"}, 2, "flag provided but not defined: -colour"},
		{"somewhere", nil, 2, `-redis (WORKBOOK_REDIS) "somewhere": want embedded, server, or host:port`},
		{"", []string{"-redis", "localhost:none", "-list"}, 2, "localhost:none"},
		{nobody, []string{"strings"}, 1, "nobody is at " + nobody},
	} {
		cmd, out, mistake := tour(t, c.where, c.args...)
		err := cmd.Run()
		code := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode()
		} else {
			require.NoError(t, err)
		}
		require.Equal(t, c.code, code, "%q %v: %s", c.where, c.args, mistake)
		if c.code == 0 {
			require.NotEmpty(t, out.String())
			require.Empty(t, mistake.String())
			continue
		}
		require.Contains(t, mistake.String(), c.says)
		require.Equal(t, 1, strings.Count(mistake.String(), "\n"), "one sentence: %s", mistake)
		require.Empty(t, out.String())
	}
}

func TestListNamesEverySection(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-list"}, &out))
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
