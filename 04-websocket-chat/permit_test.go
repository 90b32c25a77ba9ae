package chat

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// admitting is a hub's Admit. Its tokens are names: "alice" is good for an hour, in the rooms lobby and go.
func admitting(token string) (Permit, error) {
	switch name, rest, _ := strings.Cut(token, "."); rest {
	case "":
		return Permit{name, []string{"lobby", "go"}, time.Now().Add(time.Hour)}, nil
	case "go":
		return Permit{name, []string{"go"}, time.Now().Add(time.Hour)}, nil
	case "all":
		return Permit{name, []string{"*"}, time.Now().Add(time.Hour)}, nil
	case "old":
		return Permit{}, fmt.Errorf("%w: get a new one", ErrExpired)
	}
	return Permit{}, errors.New("no key of this node has signed the token")
}

func TestWithoutATokenNobodyIsLetIn(t *testing.T) {
	h, log := door(t, Options{Admit: admitting})
	for name, row := range map[string]struct {
		query  string
		header []string
		status int
		says   string
	}{
		"none":                  {"?name=alice", nil, 401, "this node lets in nobody without a token"},
		"an empty one":          {"?token=", nil, 401, "this node lets in nobody without a token"},
		"a wrong one":           {"?token=alice.forged", nil, 401, "no key of this node has signed the token"},
		"one that was good":     {"?token=alice.old", nil, 401, "the token has expired: get a new one"},
		"a good one":            {"?token=alice", nil, 426, "this request is in order"},
		"as a header":           {"", []string{"Authorization", "bearer alice"}, 426, "this request is in order"},
		"as a protocol":         {"", []string{"Sec-WebSocket-Protocol", "chat.v1, token.alice"}, 426, "this request is in order"},
		"as a cookie":           {"", []string{"Cookie", "a=b; chat_token=alice"}, 426, "this request is in order"},
		"what is said counts":   {"?token=alice.forged", []string{"Cookie", "chat_token=alice"}, 401, "no key of this node"},
		"another kind of login": {"", []string{"Authorization", "Basic YTpi", "Cookie", "chat_token=alice"}, 426, "this request is in order"},
		"its name":              {"?token=alice&name=alice", nil, 426, "this request is in order"},
		"another's name":        {"?token=alice&name=bob", nil, 403, `your token is for the name "alice", and not for "bob": leave the name away`},
		"no name":               {"?token=alice&name=", nil, 400, "a name is"},
		"its room":              {"?token=alice&room=go", nil, 426, "this request is in order"},
		"another room":          {"?token=alice&room=board", nil, 403, `your token does not let you into room "board"; it is for "lobby", "go"`},
		"every room":            {"?token=alice.all&room=board", nil, 426, "this request is in order"},
		"a foreign page":        {"", []string{"Cookie", "chat_token=alice", "Origin", "https://evil.example"}, 403, "may not connect"},
	} {
		status, text := knocks(h, "GET", row.query, row.header...)
		require.Equal(t, row.status, status, name)
		require.Contains(t, text, row.says, name)
		status, _ = knocks(h, "GET", row.query, append(row.header, upgrade...)...)
		if row.status == 426 {
			require.Equal(t, 500, status, "%s: it is upgraded, which a recorder cannot be", name)
		} else {
			require.Equal(t, row.status, status, name)
		}
	}
	refused := h.Refusals()
	require.EqualValues(t, 2*2, refused[RefusedNoToken])
	require.EqualValues(t, 2*2, refused[RefusedToken])
	require.EqualValues(t, 2*1, refused[RefusedExpired])
	require.EqualValues(t, 2*2, refused[RefusedForbidden])
	require.Contains(t, log.String(), "reason=token")
	require.NotContains(t, log.String(), "forged")
}

func TestRefusalAsksForAToken(t *testing.T) {
	n := serve(t, Options{Admit: admitting})
	_, resp, err := n.Connect("", nil)
	require.Error(t, err)
	require.Equal(t, "Bearer", resp.Header.Get("WWW-Authenticate"))
}

// with connects by that query and these headers, and reads "$welcome".
func (n *served) with(query string, header http.Header) (*chattest.Person, *http.Response) {
	n.T.Helper()
	ws, resp, err := n.Connect(query, header)
	require.NoError(n.T, err)
	n.T.Cleanup(func() { ws.Close() })
	return &chattest.Person{T: n.T, WS: ws}, resp
}

func TestTokenSaysWhoAClientIsAndWhereItBegins(t *testing.T) {
	n := serve(t, Options{Admit: admitting, Node: "n1"})
	for token, want := range map[string]string{
		"alice":    `"name":"alice","room":"lobby","node":"n1"}`,
		"alice.go": `"name":"alice","room":"go","node":"n1"}`, // lobby is not for her
	} {
		alice, _ := n.with("?token="+token, nil)
		require.Contains(t, string(alice.Any().Data), want)
	}
}

// A browser breaks a connection whose server takes none of the protocols that it has offered, and one that takes another.
func TestBrowserIsAnsweredWithTheProtocolThatIsNoToken(t *testing.T) {
	for name, admit := range map[string]func(string) (Permit, error){"with tokens": admitting, "without": nil} {
		n := serve(t, Options{Admit: admit})
		_, resp := n.with("", http.Header{"Sec-Websocket-Protocol": {"chat.v1, token.alice"}})
		require.Equal(t, "chat.v1", resp.Header.Get("Sec-WebSocket-Protocol"), name)
	}
	n := serve(t, Options{Admit: admitting})
	_, resp := n.with("?token=alice", nil)
	require.Empty(t, resp.Header.Get("Sec-WebSocket-Protocol"), "whoever offers none gets none")
}

func TestRoomIsJoinedOnlyByRight(t *testing.T) {
	n := serve(t, Options{Admit: admitting, RatePerSecond: -1})
	alice, _ := n.with("?token=alice", nil)
	alice.Next()
	alice.Says(`{"event":"join","data":"board","id":1}`)
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.JSONEq(t, `{"code":"forbidden","text":"your token does not let you into room \"board\"; it is for \"lobby\", \"go\""}`, string(f.Data))
	alice.Does(`{"event":"join","data":"go","id":2}`)
	alice.Says(`{"event":"message","room":"board","data":"hi","id":3}`)
	require.Contains(t, string(alice.Next().Data), "not_in_room")

	carol, _ := n.with("?token=carol.all", nil)
	carol.Next()
	carol.Does(`{"event":"join","data":"board","id":1}`)
}

func TestManyRoomsAreNotAllListed(t *testing.T) {
	p := &Permit{Rooms: []string{"a", "b", "c", "d", "e", "f", "g"}}
	require.Equal(t, `your token does not let you into room "x"; it is for "a", "b", "c", "d", "e", and 2 more`, p.shut("x").Text)
}
