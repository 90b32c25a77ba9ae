package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/certtest"
)

// The test program is the program under test, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("CHAT_RUN_MAIN") != "" {
		main()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a program may run: it ends a hang, and says nothing about speed.
const patience = 2 * time.Minute

func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	// With the race detector a program that ends well would sleep for a second.
	cmd.Env = append([]string{"CHAT_RUN_MAIN=1", "GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}, env...)
	return cmd
}

func TestMistakesEndTheProgramWithASentence(t *testing.T) {
	taken, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	expired := certtest.NewAuthority(t).Issue(-time.Minute, "localhost")
	for name, test := range map[string]struct {
		env, args []string
		exit      int
		want      string
	}{
		"bad value":            {nil, []string{"-port", "x"}, 2, `-port "x": want a whole number from 0 to 65535`},
		"bad variable":         {[]string{"GRACE=soon"}, nil, 2, `GRACE "soon": want a time`},
		"values that conflict": {[]string{"MAX_QUEUE_BYTES=1000"}, nil, 2, "MAX_QUEUE_BYTES"},
		"no such flag":         {nil, []string{"-prot", "1"}, 2, "flag provided but not defined: -prot; -h lists the flags"},
		"no value":             {nil, []string{"-port"}, 2, "flag needs an argument: -port"},
		"an argument":          {nil, []string{"3000"}, 2, `unexpected argument "3000": everything is a flag, as in -port=3000`},
		"host that is a URL":   {[]string{"LISTEN_HOST=http://localhost:3000"}, nil, 2, `LISTEN_HOST "http://localhost:3000": want a host name`},
		"port taken":           {[]string{"PORT=" + port}, nil, 1, "choose another PORT"},
		"host of another":      {[]string{"LISTEN_HOST=192.0.2.1"}, nil, 1, "choose an address of this machine for LISTEN_HOST"},
		"certificate alone":    {[]string{"TLS_CERT=chat.crt"}, nil, 2, "TLS_CERT is given without TLS_KEY: a certificate needs its key"},
		"no such certificate":  {[]string{"TLS_CERT=no-such-file", "TLS_KEY=chat.key"}, nil, 1, "read TLS_CERT no-such-file: "},
		"expired certificate":  {[]string{"TLS_CERT=" + expired.CertFile, "TLS_KEY=" + expired.KeyFile}, nil, 1, "the certificate in TLS_CERT " + expired.CertFile + " has ended at "},
		"host of nobody":       {[]string{"LISTEN_HOST=no-such-host.invalid"}, nil, 1, "LISTEN_HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			cmd := program(t, test.env, test.args...)
			cmd.Stdout, cmd.Stderr = &out, &errOut
			require.Error(t, cmd.Run())
			require.Equal(t, test.exit, cmd.ProcessState.ExitCode(), errOut.String())
			require.Contains(t, errOut.String(), test.want)
			require.True(t, strings.HasPrefix(errOut.String(), "chat: "), errOut.String())
			require.Equal(t, 1, strings.Count(errOut.String(), "\n"), errOut.String())
			require.Empty(t, out.String())
		})
	}
}

func TestHelpListsTheFlags(t *testing.T) {
	out, err := program(t, nil, "-h").CombinedOutput()
	require.NoError(t, err)
	for _, flag := range []string{"-port", "-node-name", "-max-queue-bytes", "-rate-per-second", "-max-conns", "-max-conns-per-ip", "-allowed-origins", "-grace"} {
		require.Contains(t, string(out), flag+" ")
	}
}
