package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// The test program is the program under test, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("TALK_RUN_MAIN") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// greeter is an address where each connection gets this greeting, and is then read until it ends.
func greeter(t *testing.T, greeting string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, greeting)
			io.CopyN(io.Discard, conn, 1) // else the close would be a reset
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

func TestCtrlCIsHeardWhileANodeIsSilent(t *testing.T) {
	connected := make(chan struct{}, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		connected <- struct{}{}
		io.Copy(io.Discard, conn) // until the client goes
		conn.Close()
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	ctx, interrupt := context.WithCancel(t.Context())
	go func() { <-connected; interrupt() }()
	var errOut bytes.Buffer
	require.Zero(t, run(ctx, []string{l.Addr().String()}, strings.NewReader("hello\n"), io.Discard, &errOut))
	require.Empty(t, errOut.String())
}

func TestExitCodes(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	node := httptest.NewServer(hub)
	defer node.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>\n<h1>Nothing here</h1>\n</html>", http.StatusNotFound)
	}))
	defer web.Close()
	secure := httptest.NewUnstartedServer(hub)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that the client breaks off
	secure.StartTLS()
	defer secure.Close()
	const nobody = "http://127.0.0.1:1"
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"end of input":           {[]string{"-name", "alice", node.URL}, 0, "connected"},
		"second URL":             {[]string{nobody, node.URL}, 0, "connected"},
		"help":                   {[]string{"-h"}, 0, "usage: talk"},
		"nobody there":           {[]string{nobody}, 1, "connection refused; start a node there, or give another URL"},
		"nobody at two URLs":     {[]string{nobody, nobody}, 1, "none of 2 nodes lets us in"},
		"no such host":           {[]string{"http://no-such-host.invalid:3000"}, 1, "give another URL"},
		"an SSH server":          {[]string{"http://" + greeter(t, "SSH-2.0-OpenSSH_9.2p1\r\n")}, 1, "is this the URL of a chat node?"},
		"closes at once":         {[]string{"http://" + greeter(t, "")}, 1, "is this the URL of a chat node?"},
		"another web site":       {[]string{web.URL}, 1, "refused with 404 Not Found: is this the URL of a chat node?"},
		"TLS to a plain node":    {[]string{strings.Replace(node.URL, "http:", "https:", 1)}, 1, "TLS"},
		"plain to TLS":           {[]string{strings.Replace(secure.URL, "https:", "http:", 1)}, 2, "this node speaks TLS: write https:// or wss://"},
		"an unknown certificate": {[]string{secure.URL}, 1, "certificate"},
		"no URL":                 {nil, 2, "give the URL"},
		"an empty URL":           {[]string{""}, 2, "no host"},
		"unknown flag":           {[]string{"-nick", "alice", node.URL}, 2, "flag provided but not defined: -nick; -h lists the flags"},
		"flag without value":     {[]string{"-name"}, 2, "flag needs an argument: -name"},
		"no boolean":             {[]string{"-json=yes", node.URL}, 2, `-json "yes": want true or false`},
		"name too long":          {[]string{"-name", strings.Repeat("x", 33), node.URL}, 2, "a name is 1 to 32"},
		"room that is an id":     {[]string{"-room", strings.Repeat("x", 20), node.URL}, 2, "a room is"},
		"URL of another kind":    {[]string{"ftp://127.0.0.1"}, 2, "use http"},
		"Redis' URL":             {[]string{"redis://127.0.0.1:6379"}, 2, "use http"},
		"no port after a colon":  {[]string{"localhost:"}, 2, "want a port from 1 to 65535"},
		"port 0":                 {[]string{"http://127.0.0.1:0"}, 2, "want a port from 1 to 65535"},
		"port 65536":             {[]string{"http://127.0.0.1:65536"}, 2, "want a port from 1 to 65535"},
		"port that is a word":    {[]string{"http://127.0.0.1:http"}, 2, "this cannot be read as a URL"},
		"URLs with a comma":      {[]string{"http://127.0.0.1:1,http://127.0.0.1:2"}, 2, "invalid port"},
		"spaces around":          {[]string{" http://127.0.0.1:1 "}, 2, "dial  http://127.0.0.1:1 : "},
		"flags after the URLs":   {[]string{node.URL, "-json"}, 2, "-json stands where a URL is expected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(t.Context(), test.args, strings.NewReader("hello\n"), &out, &errOut)
			require.Equal(t, test.code, code, errOut.String())
			require.Contains(t, errOut.String(), test.says)
			if code != 0 {
				require.Regexp(t, `^talk: [^\n]+\n$`, errOut.String())
				require.Empty(t, out.String())
			}
		})
	}
}
