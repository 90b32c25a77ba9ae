package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/admin"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

// chatctl runs the program with the right token.
func chatctl(t *testing.T, args ...string) (exit int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	getenv := func(name string) string { return map[string]string{"ADMIN_TOKEN": token}[name] }
	exit = run(t.Context(), args, getenv, &stdout, &stderr)
	return exit, stdout.String(), stderr.String()
}

// operated is a node, and its address for operators.
func operated(t *testing.T, name string) (node *chattest.Node, url string) {
	t.Helper()
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	clients := httptest.NewServer(hub)
	operators := httptest.NewServer(admin.Handler(admin.Options{Hub: hub, Node: name, Token: token}))
	t.Cleanup(func() {
		operators.Close()
		hub.Drain(context.Background(), 100*time.Millisecond)
		clients.Close()
	})
	return &chattest.Node{T: t, Addr: strings.TrimPrefix(clients.URL, "http://"), Dial: new(net.Dialer).DialContext}, operators.URL
}

func TestListShowsTheClientsOfAllNodes(t *testing.T) {
	one, first := operated(t, "n1")
	two, second := operated(t, "n2")
	alice := one.Enter("alice", "go")
	two.Enter("bob", "rust")
	exit, out, said := chatctl(t, "-admin", first, "-admin", second, "list")
	require.Zero(t, exit, said)
	require.Empty(t, said)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	require.Equal(t, []string{"NODE", "ID", "NAME", "ROOMS", "ADDRESS", "SINCE", "QUEUE", "MESSAGES"}, strings.Fields(lines[0]))
	require.Equal(t, []string{"n1", alice.ID, "alice", "go"}, strings.Fields(lines[1])[:4])
	require.Equal(t, []string{"n2", "bob", "rust"}, []string{strings.Fields(lines[2])[0], strings.Fields(lines[2])[2], strings.Fields(lines[2])[3]})
}

// A kick is for one node alone, so the program goes to all of them, also when one is away.
func TestKickGoesToEveryNodeThatAnswers(t *testing.T) {
	one, first := operated(t, "n1")
	two, second := operated(t, "n2")
	here, there := one.Enter("mallory", "go"), two.Enter("mallory", "rust")
	exit, out, said := chatctl(t, "-admin", first, "-admin", "http://127.0.0.1:1", "-admin", second, "-name", "mallory", "-for", "90s", "-reason", "no spam here", "kick")
	require.Equal(t, 1, exit)
	require.Regexp(t, `(?s)^n1: asked 1 to leave; refused until \S+\nn2: asked 1 to leave; refused until \S+\n$`, out)
	require.Regexp(t, `^chatctl: ask http://127.0.0.1:1: .*is this a node's ADMIN_ADDR\?\n$`, said)
	for _, mallory := range []*chattest.Person{here, there} {
		require.Equal(t, "you were asked to leave for 90 s: no spam here", mallory.Closed().Text)
	}
}

// A name is what somebody calls himself, and a node may be none.
func TestTableWithHostileNamesDoesNotCommandTheTerminal(t *testing.T) {
	hostile := "\x1b]0;owned\x07\x1b[2J\nroot\tadmin\r\u202e\u009b31m\xff"
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			json.NewEncoder(w).Encode(admin.Done{Node: hostile, Kicked: 1})
			return
		}
		one := admin.Client{Node: hostile}
		one.ID, one.Name, one.Rooms, one.Address = hostile, hostile, []string{hostile, "go"}, hostile
		json.NewEncoder(w).Encode(one)
	}))
	defer node.Close()
	for _, args := range [][]string{{"list"}, {"-name", "x", "kick"}} {
		exit, out, said := chatctl(t, append([]string{"-admin", node.URL}, args...)...)
		require.Zero(t, exit, said)
		visible(t, out)
		require.Contains(t, out, `\x1b]0;owned`)
	}
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "\x1b[2Jno", http.StatusForbidden) }))
	defer refusing.Close()
	exit, _, said := chatctl(t, "-admin", refusing.URL, "list")
	require.Equal(t, 1, exit)
	visible(t, said)
}

// visible: nothing but lines of text that can be seen.
func visible(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		require.False(t, r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\u202e', "%q", text)
	}
	require.LessOrEqual(t, strings.Count(text, "\n"), 2, "%q", text)
}

func TestMistakeInTheCallIsASentenceAndExit2(t *testing.T) {
	for want, args := range map[string][]string{
		`"": want list or kick, behind the flags`:                             {},
		`"lsit": want list or kick, behind the flags`:                         {"lsit"},
		`"-name" comes after kick: flags go first`:                            {"kick", "-name", "x"},
		"kick whom? give -id, -name or -address":                              {"kick"},
		"list shows all: -id, -name, -address, -reason and -for are for kick": {"-name", "x", "list"},
		`-for "10": want a time from 1s to 24h`:                               {"-for", "10", "-name", "x", "kick"},
		`-admin "127.0.0.1:9000": want the URL of a node's ADMIN_ADDR`:        {"-admin", "127.0.0.1:9000", "list"},
	} {
		exit, out, said := chatctl(t, args...)
		require.Equal(t, 2, exit, "%v", args)
		require.Empty(t, out)
		require.Contains(t, said, "chatctl: "+want)
		require.Equal(t, 1, strings.Count(said, "\n"), said)
	}
	exit, _, said := chatctl(t, "-h")
	require.Zero(t, exit)
	require.Contains(t, said, "usage: chatctl")
}
