package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/token"
)

// issuer makes tokens, as a server beside the nodes does.
type issuer struct {
	t    *testing.T
	keys string // for TOKEN_KEYS
	id   string
	key  []byte
}

func newIssuer(t *testing.T, id string) *issuer {
	t.Helper()
	written, err := token.NewKey(id)
	require.NoError(t, err)
	var keys token.Keys
	require.NoError(t, keys.Set(written))
	_, key := keys.Secret()
	return &issuer{t, written, id, key}
}

func (i *issuer) token(name string, life time.Duration, rooms ...string) string {
	i.t.Helper()
	text, err := token.Issue(i.key, i.id, name, rooms, life)
	require.NoError(i.t, err)
	return text
}

// A client that loses its node goes on at the other one with the same token. The keys are replaced node by node, and
// nobody notices.
func TestTokenLetsItsBearerInAtEitherNode(t *testing.T) {
	servers := topologytest.Start(t, 2).Addrs()
	before, after := newIssuer(t, "1"), newIssuer(t, "2")
	file := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(file, []byte("# both, until the last token of the first has expired\n"+before.keys+"\n"+after.keys+"\n"), 0o600))
	a := start(t, append(at(servers[0], servers[1]), "NODE_NAME=a", "TOKEN_KEYS=@"+file)...).awaitReady()
	b := start(t, append(at(servers[0], servers[2]), "NODE_NAME=b", "TOKEN_KEYS="+before.keys)...).awaitReady()
	room := redistest.Prefix(t)[:15]

	alice, bob := before.token("alice", time.Hour, room), before.token("bob", time.Hour, "*")
	atA := a.dialWith(chatclient.DialOptions{Token: alice})
	require.Equal(t, room, atA.Welcome().Room)
	atB := b.dialWith(chatclient.DialOptions{Token: bob, Room: room})
	atA.say("from a", 1)
	heard := atB.until("message")
	require.Equal(t, "alice", heard.From)
	_ = atA.Close()
	require.Equal(t, "alice", b.dialWith(chatclient.DialOptions{Token: alice, Room: room}).Welcome().Name)

	status := func(n *process, text string) int {
		_, err := chatclient.Dial(t.Context(), n.url, chatclient.DialOptions{Token: text, Room: room})
		if err == nil {
			return http.StatusOK
		}
		var refused *chatclient.RefusedError
		require.ErrorAs(t, err, &refused)
		return refused.Status
	}
	require.Equal(t, http.StatusUnauthorized, status(b, after.token("carol", time.Hour, "*")), "node b has the old key alone")
	require.Equal(t, "carol", a.dialWith(chatclient.DialOptions{Token: after.token("carol", time.Hour, "*")}).Welcome().Name)
}

// A token is told to a node, and by a node to nobody. The same holds for the keys.
func TestTokensAndKeysAreShownNowhere(t *testing.T) {
	server := topologytest.Start(t, 0).Addrs()[0]
	const mark = "s3cr3t" // of what a client says it is, and of a value that is refused
	issuer := newIssuer(t, "1")
	env := append(at(server, server), "LOG_LEVEL=debug", "PPROF_ADDR=127.0.0.1:0")
	right := slices.Concat(env, []string{"TOKEN_KEYS=" + issuer.keys})

	var seen strings.Builder // all that a node ever shows
	show := func(what, text string) { fmt.Fprintf(&seen, "== %s\n%s\n", what, text) }
	for _, wrong := range []string{mark, "hs256:" + mark + ":x", "hs256:1:" + mark, "@/" + mark} {
		_, sentence := runToEnd(t, slices.Concat(env, []string{"TOKEN_KEYS=" + wrong}))
		require.Contains(t, sentence, "node: TOKEN_KEYS: ")
		show("bad value", sentence)
	}
	_, sentence := runToEnd(t, slices.Concat(right, []string{"PORT=x"}))
	show("another bad value", sentence)

	n := start(t, right...).awaitReady()
	profiles := n.awaitLog(`msg=profiles url=(\S+)`)
	good, forged := issuer.token("alice", time.Hour, "lobby"), newIssuer(t, "1").token(mark, time.Hour, "*")
	next := issuer.token("alice", 2*time.Hour, "lobby")
	alice := n.dialWith(chatclient.DialOptions{Token: good})
	alice.say("hi", 1)
	data, err := json.Marshal(next)
	require.NoError(t, err)
	id := int64(2)
	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: frame.EventToken, Data: data, ID: &id}))
	require.Equal(t, id, *alice.until("$ack").ID)
	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: frame.EventToken, Data: []byte(`"` + forged + `"`), ID: &id}))
	show("refused", string(alice.until("$error").Text))

	for _, text := range []string{good, forged, mark, strings.ToUpper(good)} {
		for _, address := range []string{"/ws?token=" + text, "/ws?room=board&token=" + text, "/?token=" + text, "/readyz?token=" + text, "/nothing?token=" + text} {
			_, body := fetch(t, n.url+address)
			show(address[:4], body)
		}
		for name, value := range map[string]string{"Authorization": "Bearer " + text, "Sec-WebSocket-Protocol": "chat.v1, token." + text, "Cookie": "chat_token=" + text} {
			req, err := http.NewRequest(http.MethodGet, n.url+"/ws", nil)
			require.NoError(t, err)
			req.Header.Set(name, value)
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			show(name, resp.Status+fmt.Sprint(resp.Header))
			resp.Body.Close()
		}
	}
	for _, path := range []string{"/", "/metrics", "/readyz", "/healthz"} {
		_, body := fetch(t, n.url+path)
		show(path, body)
	}
	for _, path := range []string{"", "cmdline", "goroutine?debug=2", "heap?debug=1"} {
		_, body := fetch(t, profiles+path)
		show("profile "+path, body)
	}
	_ = alice.Close()
	require.NoError(t, n.Process.Kill())
	_ = n.awaitEnd()
	show("log", n.log.String())

	for _, metric := range []string{`chat_refused_total{reason="token"} `, `chat_token_renewals_total{result="accepted"} 1`, `chat_token_renewals_total{result="refused"} 1`, "chat_tokens_expired_total 0"} {
		require.Contains(t, seen.String(), metric)
	}
	require.Contains(t, seen.String(), "level=DEBUG")
	require.Contains(t, seen.String(), "no key of this node has signed the token")
	_, key, _ := strings.Cut(issuer.keys, "1:")
	for what, hidden := range map[string]string{
		"a value that is refused": mark, "the key": key, "a good token": good, "its signature": good[strings.LastIndex(good, ".")+1:],
		"a forged token": forged, "the next token": next,
	} {
		require.NotContains(t, seen.String(), hidden, what)
	}
}
