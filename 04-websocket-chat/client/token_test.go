package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

func TestTokenLetsTheClientIn(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{Admit: func(token string) (chat.Permit, error) {
		if token != "e30.e30.sig" {
			return chat.Permit{}, errors.New("no key of this node has signed the token")
		}
		return chat.Permit{Name: "alice", Rooms: []string{"go"}, Until: time.Now().Add(time.Hour)}, nil
	}})
	require.NoError(t, err)
	node := httptest.NewServer(hub)
	defer node.Close()
	alice := dialed(t, node.URL, DialOptions{Token: "e30.e30.sig"})
	require.Equal(t, "alice", alice.Welcome().Name)
	require.Equal(t, "go", alice.Welcome().Room)

	for name, row := range map[string]struct {
		o      DialOptions
		status int
	}{
		"none":            {DialOptions{}, http.StatusUnauthorized},
		"a wrong one":     {DialOptions{Token: "e30.e30.forged"}, http.StatusUnauthorized},
		"another's name":  {DialOptions{Token: "e30.e30.sig", Name: "bob"}, http.StatusForbidden},
		"another room":    {DialOptions{Token: "e30.e30.sig", Room: "board"}, http.StatusForbidden},
		"no name can be.": {DialOptions{Token: "e30.e30.sig", Name: strings.Repeat("x", 33)}, http.StatusBadRequest},
	} {
		_, err := Dial(t.Context(), node.URL, row.o)
		refused, ok := errors.AsType[*RefusedError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.Equal(t, row.status, refused.Status, name)
		require.True(t, refused.Final(), name)
	}
}

// A token with a line's end in it would be a header more.
func TestWhatIsNoTokenIsNotSent(t *testing.T) {
	for _, token := range []string{"s3cr3t", "a.b", "a.b.c.d", "a.b.s3cr3t\r\nX: y", " a.b.c", "a.b.c\n", ".b.c", "a.b.ü"} {
		_, err := Dial(t.Context(), "http://127.0.0.1:1", DialOptions{Token: token})
		require.EqualError(t, err, "dial ws://127.0.0.1:1/ws: want a token as it was issued: three parts of A-Z a-z 0-9 - _ with dots between, and nothing around it")
	}
}

// A page of a site that is no node may answer 403 to everybody; the next URL may be a node.
func TestOnlyANodesRefusalIsFinal(t *testing.T) {
	for text, final := range map[string]bool{"no": true, "<html>\n</html>": false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, text, http.StatusForbidden) }))
		_, err := Dial(t.Context(), s.URL, DialOptions{})
		s.Close()
		refused, ok := errors.AsType[*RefusedError](err)
		require.True(t, ok, fmt.Sprint(err))
		require.Equal(t, final, refused.Final(), text)
	}
}
