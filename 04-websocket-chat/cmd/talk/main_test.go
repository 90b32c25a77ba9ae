package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExitCodes(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	node := httptest.NewServer(hub)
	defer node.Close()
	const nobody = "http://127.0.0.1:1"
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"end of input":         {[]string{"-name", "alice", node.URL}, 0, "connected"},
		"second URL":           {[]string{nobody, node.URL}, 0, "connected"},
		"help":                 {[]string{"-h"}, 0, "usage: talk"},
		"nobody there":         {[]string{nobody}, 1, "connection refused"},
		"no URL":               {nil, 2, "give the URL"},
		"unknown flag":         {[]string{"-nick", "alice", node.URL}, 2, "-nick"},
		"name too long":        {[]string{"-name", strings.Repeat("x", 33), node.URL}, 2, "a name is 1 to 32"},
		"room that is an id":   {[]string{"-room", strings.Repeat("x", 20), node.URL}, 2, "a room is"},
		"URL that is none":     {[]string{"ftp://127.0.0.1"}, 2, "use http"},
		"flags after the URLs": {[]string{node.URL, "-json"}, 2, "-json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(t.Context(), test.args, strings.NewReader("hello\n"), &out, &errOut)
			require.Equal(t, test.code, code, errOut.String())
			require.Contains(t, errOut.String(), test.says)
		})
	}
}
