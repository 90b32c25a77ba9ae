package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/token"
)

func TestTokenComesByFlagVariableOrFile(t *testing.T) {
	written, err := token.NewKey("a")
	require.NoError(t, err)
	var keys token.Keys
	require.NoError(t, keys.Set(written))
	id, secret := keys.Secret()
	good, err := token.Issue(secret, id, "alice", []string{"lobby"}, time.Hour)
	require.NoError(t, err)
	hub, err := chat.NewHub(chat.Options{Node: "n1", Admit: keys.Admit})
	require.NoError(t, err)
	node := httptest.NewServer(hub)
	defer node.Close()
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return "@" + path
	}
	wrong := good[:len(good)-10] + "s3cr" + good[len(good)-6:]
	for name, row := range map[string]struct {
		variable string
		args     []string
		code     int
		says     string
	}{
		"a flag":             {"", []string{"-token", good}, 0, "connected to node n1 as alice in room lobby"},
		"a variable":         {good, nil, 0, "connected to node n1 as alice in room lobby"},
		"a file":             {file(good + "\n"), nil, 0, "connected to node n1 as alice in room lobby"},
		"none":               {"", nil, 1, "talk: this node lets in nobody without a token"},
		"a wrong one":        {wrong, nil, 1, "talk: no key of this node has signed the token"},
		"another name":       {good, []string{"-name", "bob"}, 1, `talk: your token is for the name "alice", and not for "bob"`},
		"another room":       {good, []string{"-room", "board"}, 1, `talk: your token does not let you into room "board"`},
		"no token":           {"s3cr3t", nil, 2, "talk: TALK_TOKEN: want a token as it was issued"},
		"no token, as flag":  {"", []string{"-token=s3cr3t"}, 2, "talk: -token: want a token as it was issued"},
		"no file":            {"@s3cr3t", nil, 2, "talk: TALK_TOKEN: the token's file, behind the @, cannot be read: "},
		"a file of nonsense": {file("s3cr3t s3cr3t"), nil, 2, "talk: TALK_TOKEN: want a token as it was issued"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TALK_TOKEN", row.variable)
			var out, errOut bytes.Buffer
			code := run(t.Context(), append(row.args, node.URL), strings.NewReader("hello\n"), &out, &errOut)
			require.Contains(t, errOut.String(), row.says)
			require.Equal(t, row.code, code)
			require.NotContains(t, out.String()+errOut.String(), "s3cr")
			require.NotContains(t, out.String()+errOut.String(), good)
		})
	}
}
