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

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/keypair"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/node"
)

// secured starts a node with a certificate of that authority for localhost, and returns its port.
func secured(t *testing.T, authority *certtest.Authority) (port string) {
	t.Helper()
	cert := authority.Issue(time.Hour, "localhost")
	pair, err := keypair.Load("TLS", cert.CertFile, cert.KeyFile)
	require.NoError(t, err)
	hub, err := chat.NewHub(chat.Options{Node: "n1"})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&node.Server{Hub: hub, TLS: pair, Grace: time.Second}).Run(ctx, l) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	_, port, err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// program is talk as a process: which authorities it trusts is read once in each.
func program(t *testing.T, trust, url, typed string) (exit int, out, errOut string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), chattest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-name", "alice", url)
	cmd.Env = []string{"TALK_RUN_MAIN=1", "GORACE=atexit_sleep_ms=0", "SSL_CERT_FILE=" + trust}
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(typed), &stdout, &stderr
	_ = cmd.Run() // its exit code says it
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func TestTalkTrustsTheAuthorityInSSLCertFile(t *testing.T) {
	authority := certtest.NewAuthority(t)
	port := secured(t, authority)
	for _, url := range []string{"https://localhost:" + port, "wss://localhost:" + port + "/ws"} {
		exit, _, said := program(t, authority.File, url, "hi\n")
		require.Zero(t, exit, said)
		require.Contains(t, said, "connected to node n1 as alice")
		require.NotContains(t, said, "not acknowledged")
	}
}

func TestTalkSaysWhyThereIsNoTLS(t *testing.T) {
	authority := certtest.NewAuthority(t)
	port := secured(t, authority)
	for name, row := range map[string]struct {
		trust, url, says string
		exit             int
	}{
		"an authority that is not ours": {certtest.NewAuthority(t).File, "wss://localhost:" + port, "its certificate is not trusted here: make this machine trust whoever signed it; on Linux SSL_CERT_FILE can name the file", 1},
		"another name":                  {authority.File, "wss://127.0.0.1:" + port, "its certificate is for another name: give the address by that name", 1},
		"no TLS at a port of TLS":       {authority.File, "localhost:" + port, "this node speaks TLS: write https:// or wss://", 2},
	} {
		exit, out, said := program(t, row.trust, row.url, "")
		require.Equal(t, row.exit, exit, "%s: %s", name, said)
		require.Contains(t, said, row.says, name)
		require.Equal(t, 1, strings.Count(said, "\n"), said)
		require.NotContains(t, said, "is this the URL of a chat node", name)
		require.Empty(t, out)
	}
}
