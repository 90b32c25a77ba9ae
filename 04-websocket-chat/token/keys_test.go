package token_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/token"
)

func TestKeyThatCannotBeUsedIsRefusedWithoutBeingShown(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	good := inKeys("hs256", "a", secret())
	for name, row := range map[string]struct{ written, why string }{
		"nothing":                 {",", "there is no key in it: want ALGORITHM:ID:KEY"},
		"a secret alone":          {base64.StdEncoding.EncodeToString(secret()), "key 1: want ALGORITHM:ID:KEY, as in hs256:2026-01:…"},
		"no id":                   {inKeys("hs256", "", secret()), "key 1: want ALGORITHM:ID:KEY"},
		"an id with a space":      {"hs256:a b:x", "key 1: want ALGORITHM:ID:KEY"},
		"another algorithm":       {inKeys("rs256", "a", secret()), "key 1: want hs256 or eddsa as its algorithm"},
		"none":                    {inKeys("none", "a", secret()), "key 1: want hs256 or eddsa as its algorithm"},
		"no base64":               {"hs256:a:s3cr3t!s3cr3t", "key 1: its KEY is not base64: copy the whole of it"},
		"cut off":                 {inKeys("hs256", "a", secret())[:49], "key 1: its KEY is not base64: copy the whole of it"},
		"16 bytes":                {inKeys("hs256", "a", secret()[:16]), "key 1: 16 bytes are too few for HS256, where they can be guessed: take 32 random ones, as of openssl rand -base64 32"},
		"31 bytes":                {inKeys("hs256", "a", secret()[:31]), "key 1: 31 bytes are too few"},
		"zeros":                   {inKeys("hs256", "a", make([]byte, 32)), "key 1: all its bytes are the same, which can be guessed"},
		"the private key":         {inKeys("eddsa", "a", private), "key 1: this is a private key, which only signs: give the public one"},
		"the same, as a file":     {inKeys("eddsa", "a", pkcs8), "key 1: this is a private key, which only signs: give the public one"},
		"half a public key":       {inKeys("eddsa", "a", public[:16]), "key 1: want an Ed25519 public key, 32 bytes, as base64"},
		"the second":              {good + "," + inKeys("hs256", "b", secret()[:16]), "key 2: 16 bytes are too few"},
		"one id for two":          {good + "," + inKeys("eddsa", "a", public), "key 2 has the same id as key 1: give each an id of its own"},
		"too many":                {strings.Join(many(17), ","), "17 keys: want 16 at most"},
		"a file that is not here": {"@/no/such/s3cr3t", "the file behind @ cannot be read: no such file or directory"},
		"no file":                 {"@", "the file behind @ cannot be read"},
	} {
		var keys token.Keys
		err := keys.Set(row.written)
		require.ErrorContains(t, err, row.why, name)
		require.True(t, keys.None(), name)
		require.NotContains(t, err.Error(), "s3cr3t", name)
		if _, key, ok := strings.Cut(row.written, "a:"); ok {
			require.NotContains(t, err.Error(), key, name)
		}
	}
}

func many(n int) (all []string) {
	for i := range n {
		all = append(all, inKeys("hs256", string(rune('a'+i)), secret()))
	}
	return all
}

// Whoever writes a key need not know which base64 it is.
func TestKeyIsReadInEachFormThatToolsWrite(t *testing.T) {
	shared := bytes.Repeat([]byte{0xfb, 0xff, 0xfe}, 12)
	shared = append(shared, 1)
	text, err := token.Issue(shared, "a", "alice", []string{"go"}, time.Hour)
	require.NoError(t, err)
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		keys := keysOf(t, "hs256:a:"+encoding.EncodeToString(shared))
		_, err := keys.Admit(text)
		require.NoError(t, err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	spki, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	text, err = token.Issue(private, "a", "alice", []string{"go"}, time.Hour)
	require.NoError(t, err)
	for _, form := range [][]byte{public, spki} {
		keys := keysOf(t, inKeys("eddsa", "a", form))
		_, err := keys.Admit(text)
		require.NoError(t, err)
	}
}

func TestKeysMayStandInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	text := "# who issues: login.example.com\n" + inKeys("hs256", "old", secret()) + " # until February\r\n\n" + inKeys("hs256", "new", secret()) + ", " + inKeys("hs256", "next", secret())
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.Equal(t, 3, keysOf(t, "@"+path).Len())
	require.NoError(t, os.WriteFile(path, []byte("# nothing\n"), 0o600))
	var keys token.Keys
	require.ErrorContains(t, keys.Set("@"+path), "there is no key in it")
}
