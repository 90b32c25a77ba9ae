package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// program is the test program, run as one of the two programs, with only these
// variables in its environment.
func program(t *testing.T, which string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = append([]string{asProgram + "=" + which, "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// startTLS starts a server that listens for TLS alone, and speaks it to its
// master, and returns that address.
// clients must show a certificate if auth is "yes".
func startTLS(t *testing.T, authority *certtest.Authority, master, auth string) string {
	t.Helper()
	cert := authority.Issue(time.Hour, "127.0.0.1")
	addr := redistest.Nobody(t)
	_, port, _ := net.SplitHostPort(addr)
	args := []string{
		"--tls-port", port, "--tls-cert-file", cert.CertFile, "--tls-key-file", cert.KeyFile, "--tls-ca-cert-file", authority.File,
		"--tls-auth-clients", auth, "--tls-replication", "yes", "--repl-diskless-sync", "no", "--hz", "100",
	}
	if master != "" {
		args = append(args, launch.Following(master)...)
	}
	withoutTLS := redis.NewClient(&redis.Options{Addr: redistest.Process(t, launch.ProcessOptions{Args: args}).Addr()})
	defer withoutTLS.Close()
	require.NoError(t, withoutTLS.ConfigSet(t.Context(), "port", "0").Err(), "the port for all others is shut")
	return addr
}

// startNode starts a node and returns its URL and what it logs.
func startNode(t *testing.T, env ...string) (url string, log *redistest.Buffer) {
	t.Helper()
	cmd, log := program(t, "node", append(env, "LISTEN_HOST=127.0.0.1", "PORT=0", "PROBE_INTERVAL=1s", "PUBLISH_TIMEOUT="+patience.String())), &redistest.Buffer{}
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, launch.StartChild(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // its error is the kill
		if t.Failed() {
			t.Log(log)
		}
	})
	var match []string
	require.Eventually(t, func() bool {
		match = regexp.MustCompile(`"msg":"listening","addr":"([^"]+)"`).FindStringSubmatch(log.String())
		return match != nil
	}, patience, time.Millisecond)
	url = "http://" + match[1]
	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/readyz", nil)
		require.NoError(t, err)
		request.Close = true
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, patience, 5*time.Millisecond)
	return url, log
}

// next waits for an event.
func next(t *testing.T, who *client.Client, event string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		m, err := who.Receive(ctx)
		require.NoError(t, err)
		if m.Event == event {
			return string(m.Data)
		}
	}
}

// Master, replicas, nodes and emitter speak only TLS, with certificates of an authority
// that only SSL_CERT_FILE names; also where the servers let in only those who show one.
func TestWholeSystemSpeaksTLS(t *testing.T) {
	redistest.NeedsTLS(t)
	if runtime.GOOS != "linux" {
		t.Skip("whom a program trusts is the system's matter here; on Linux SSL_CERT_FILE says it")
	}
	for _, auth := range []string{"no", "yes"} {
		t.Run("tls-auth-clients "+auth, func(t *testing.T) { speakTLS(t, auth) })
	}
}

func speakTLS(t *testing.T, auth string) {
	authority := certtest.NewAuthority(t)
	master := startTLS(t, authority, "", auth)
	trust := []string{"REDIS_TLS=true", "SSL_CERT_FILE=" + authority.File}
	if auth == "yes" {
		out, err := program(t, "emit", trust, patiently("-redis", master, "news")...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "emit: publish to "+master+": it lets in only those who show a certificate: set REDIS_CERT and REDIS_KEY")
		ours := authority.Issue(time.Hour, "a client of a test")
		trust = append(trust, "REDIS_CERT="+ours.CertFile, "REDIS_KEY="+ours.KeyFile)
	}
	var clients []*client.Client
	for i, name := range []string{"alice", "bob"} {
		replica := startTLS(t, authority, master, auth)
		host, port, _ := net.SplitHostPort(master)
		subHost, subPort, _ := net.SplitHostPort(replica)
		url, _ := startNode(t, append(trust, "PUB_HOST="+host, "PUB_PORT="+port, "SUB_HOST="+subHost, "SUB_PORT="+subPort, fmt.Sprint("NODE_NAME=", i))...)
		c, err := client.Dial(t.Context(), url, client.DialOptions{Name: name})
		require.NoError(t, err)
		defer c.Close()
		clients = append(clients, c)
	}
	require.NoError(t, clients[0].Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`"hi"`)}))
	require.JSONEq(t, `"hi"`, next(t, clients[1], "message"))
	require.NoError(t, clients[1].Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`"hello"`)}))
	require.JSONEq(t, `"hello"`, next(t, clients[0], "message"))

	out, err := program(t, "emit", trust, patiently("-redis", master, "-wait", "2", "news", "to all")...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "reached 2 of 2 replicas")
	for _, c := range clients {
		require.JSONEq(t, `"to all"`, next(t, c, "news"))
	}
}

func TestCertificateThatDoesNotHoldIsOneSentenceAndExit1(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("whom a program trusts is the system's matter here; on Linux SSL_CERT_FILE says it")
	}
	redistest.NeedsTLS(t)
	authority, other := certtest.NewAuthority(t), certtest.NewAuthority(t)
	addr := startTLS(t, authority, "", "no")
	_, port, _ := net.SplitHostPort(addr)
	for name, row := range map[string]struct {
		addr, trust, says string
	}{
		"nobody vouches for it":    {addr, "", "unknown authority"},
		"somebody else would have": {addr, other.File, "unknown authority"},
		"it is for another name":   {"localhost:" + port, authority.File, "localhost"},
	} {
		cmd := program(t, "emit", []string{"REDIS_TLS=true", "SSL_CERT_FILE=" + row.trust}, patiently("-redis", row.addr, "news")...)
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		require.Error(t, cmd.Run(), name)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), name)
		require.Empty(t, out.String())
		require.Equal(t, 1, strings.Count(errOut.String(), "\n"), errOut.String())
		require.Contains(t, errOut.String(), row.addr)
		require.Contains(t, errOut.String(), row.says)
	}
}
