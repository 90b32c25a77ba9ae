package token_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is 32 bytes that nobody else knows.
func secret() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

func inKeys(algorithm, id string, key []byte) string {
	return algorithm + ":" + id + ":" + base64.StdEncoding.EncodeToString(key)
}

func keysOf(t *testing.T, written ...string) (keys token.Keys) {
	t.Helper()
	require.NoError(t, keys.Set(strings.Join(written, ",")))
	return keys
}

// says is a token with these claims; they are alice's, in every room, for an hour, where nothing else is said.
func says(t *testing.T, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	all := jwt.MapClaims{"name": "alice", "rooms": "*", "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range claims {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	made := jwt.NewWithClaims(method, all)
	for name, value := range header {
		made.Header[name] = value
	}
	text, err := made.SignedString(key)
	require.NoError(t, err)
	return text
}

func TestTokenOfEitherAlgorithmSaysWhoWhereAndUntilWhen(t *testing.T) {
	shared := secret()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys := keysOf(t, inKeys("hs256", "a", shared), inKeys("EdDSA", "b", public))
	for id, key := range map[string]any{"a": shared, "b": private} {
		text, err := token.Issue(key, id, "alice", []string{"lobby", "go"}, time.Hour)
		require.NoError(t, err)
		permit, err := keys.Admit(text)
		require.NoError(t, err)
		require.Equal(t, "alice", permit.Name)
		require.Equal(t, []string{"lobby", "go"}, permit.Rooms)
		require.WithinDuration(t, time.Now().Add(time.Hour), permit.Until, time.Minute)
	}
	_, err = token.Issue("a string", "a", "alice", nil, time.Hour)
	require.ErrorContains(t, err, `sign a token for "alice"`)
}

func TestWhatATokenMustSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := secret()
		keys := keysOf(t, inKeys("hs256", "a", key))
		now := time.Now()
		for name, row := range map[string]struct {
			claims map[string]any
			why    string // "": taken
		}{
			"all":                      {nil, ""},
			"no end":                   {map[string]any{"exp": nil}, "the token has no end"},
			"ended now":                {map[string]any{"exp": now.Unix()}, "the token has expired (at 2000-01-01T00:00:00Z): get a new one"},
			"ended long ago":           {map[string]any{"exp": now.Unix() - 86400}, "the token has expired (at 1999-12-31T00:00:00Z): get a new one"},
			"ends in a second":         {map[string]any{"exp": now.Unix() + 1}, ""},
			"ends tomorrow":            {map[string]any{"exp": now.Unix() + 86400}, ""},
			"ends the day after":       {map[string]any{"exp": now.Unix() + 2*86400}, "the token ends too late: whoever issues it must let it end (exp) within 24 hours"},
			"an end that is a word":    {map[string]any{"exp": "tomorrow"}, "this is no token that this node can read"},
			"begins later":             {map[string]any{"nbf": now.Unix() + 60}, "the token is not good before 2000-01-01T00:01:00Z, and here it is 2000-01-01T00:00:00Z"},
			"a clock is fast":          {map[string]any{"nbf": now.Unix() + 5}, ""},
			"has begun":                {map[string]any{"nbf": now.Unix() - 60}, ""},
			"sub alone":                {map[string]any{"name": nil, "sub": "alice"}, ""},
			"name before sub":          {map[string]any{"sub": "user-17"}, ""},
			"nobody":                   {map[string]any{"name": nil}, "the token names nobody"},
			"a name that is none":      {map[string]any{"name": "a\nb"}, "the token names nobody"},
			"a name that is a number":  {map[string]any{"name": 7}, "this is no token that this node can read"},
			"no rooms":                 {map[string]any{"rooms": nil}, "the token is for no rooms"},
			"an empty list":            {map[string]any{"rooms": []string{}}, "the token is for no rooms"},
			"an empty room":            {map[string]any{"rooms": ""}, "this is no token that this node can read"},
			"a room that is an id":     {map[string]any{"rooms": []string{"abcdefghij-_ABCDEF12"}}, "the token is for no rooms"},
			"one room":                 {map[string]any{"rooms": "go"}, ""},
			"rooms that are an object": {map[string]any{"rooms": map[string]any{"go": true}}, "this is no token that this node can read"},
			"for another service":      {map[string]any{"aud": "shop"}, "the token is for another service (aud); if it is for this node, its operator must say so (TOKEN_AUDIENCE)"},
		} {
			permit, err := keys.Admit(says(t, jwt.SigningMethodHS256, key, nil, row.claims))
			if row.why == "" {
				require.NoError(t, err, name)
				require.Equal(t, "alice", permit.Name, name)
				continue
			}
			require.ErrorContains(t, err, row.why, name)
			require.Zero(t, permit, name)
			require.Equal(t, strings.Contains(row.why, "expired"), errors.Is(err, chat.ErrExpired), name)
		}
	})
}

func TestTokenIsForItsAudience(t *testing.T) {
	key := secret()
	keys := keysOf(t, inKeys("hs256", "a", key))
	keys.Audience = "chat"
	for aud, ok := range map[any]bool{"chat": true, "shop": false, nil: false} {
		_, err := keys.Admit(says(t, jwt.SigningMethodHS256, key, nil, map[string]any{"aud": aud}))
		require.Equal(t, ok, err == nil, "%v: %v", aud, err)
	}
	_, err := keys.Admit(says(t, jwt.SigningMethodHS256, key, nil, map[string]any{"aud": []string{"shop", "chat"}}))
	require.NoError(t, err)
}

// A token cannot choose by which rule its signature is looked at.
func TestAlgorithmIsTheKeysAndNotTheTokens(t *testing.T) {
	shared := secret()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	spki, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	keys := keysOf(t, inKeys("hs256", "a", shared), inKeys("eddsa", "b", spki))
	for name, forged := range map[string]string{
		"none":                            says(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"none, with a key's id":           says(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": "b"}, nil),
		"the public key as a secret":      says(t, jwt.SigningMethodHS256, []byte(public), nil, nil),
		"the same, with its id":           says(t, jwt.SigningMethodHS256, []byte(public), map[string]any{"kid": "b"}, nil),
		"as openssl writes it":            says(t, jwt.SigningMethodHS256, spki, map[string]any{"kid": "b"}, nil),
		"another secret":                  says(t, jwt.SigningMethodHS256, secret(), map[string]any{"kid": "a"}, nil),
		"the secret, under the other id":  says(t, jwt.SigningMethodHS256, shared, map[string]any{"kid": "b"}, nil),
		"the key, under the other id":     says(t, jwt.SigningMethodEdDSA, private, map[string]any{"kid": "a"}, nil),
		"an id that is unknown":           says(t, jwt.SigningMethodHS256, shared, map[string]any{"kid": "c"}, nil),
		"an id that is no word":           says(t, jwt.SigningMethodHS256, shared, map[string]any{"kid": 7}, nil),
		"an empty id":                     says(t, jwt.SigningMethodHS256, shared, map[string]any{"kid": ""}, nil),
		"HS512 by the right secret":       says(t, jwt.SigningMethodHS512, shared, map[string]any{"kid": "a"}, nil),
		"RS256":                           says(t, jwt.SigningMethodRS256, other, nil, nil),
		"what must be understood and not": says(t, jwt.SigningMethodHS256, shared, map[string]any{"crit": []string{"b64"}, "b64": false}, nil),
	} {
		permit, err := keys.Admit(forged)
		require.EqualError(t, err, "no key of this node has signed the token: it is for another chat, or its key was replaced; get a new one", name)
		require.Zero(t, permit, name)
	}
}

func TestChangedTokenIsNotTaken(t *testing.T) {
	key := secret()
	keys := keysOf(t, inKeys("hs256", "a", key))
	parts := strings.Split(says(t, jwt.SigningMethodHS256, key, nil, nil), ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	admin := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "alice", "admin", 1)))
	for name, text := range map[string]string{
		"another name": parts[0] + "." + admin + "." + parts[2],
		"no signature": parts[0] + "." + parts[1] + ".",
		"two parts":    parts[0] + "." + parts[1],
		"four parts":   strings.Join(parts, ".") + ".x",
		"a space":      strings.Join(parts, ".") + " ",
		"nothing":      "",
		"dots":         "..",
		"no base64":    parts[0] + ".ä." + parts[2],
		"no JSON":      parts[0] + ".eA." + parts[2],
		"null":         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("null")) + "." + parts[2],
		"very long":    parts[0] + "." + strings.Repeat("x", 1<<20) + "." + parts[2],
		"control":      "\x1b[2J\n",
	} {
		permit, err := keys.Admit(text)
		require.Error(t, err, name)
		require.Zero(t, permit, name)
		require.NotContains(t, err.Error(), "\n", name)
		require.NotContains(t, err.Error(), "\x1b", name)
	}
}

// The new key comes first to all nodes, then to whoever issues; the old one goes when its last token has expired.
func TestKeysAreReplacedWithoutAnybodyNoticing(t *testing.T) {
	before, after := secret(), secret()
	one, both, other := keysOf(t, inKeys("hs256", "1", before)), keysOf(t, inKeys("hs256", "1", before), inKeys("hs256", "2", after)), keysOf(t, inKeys("hs256", "2", after))
	for name, row := range map[string]struct {
		secret []byte
		header map[string]any
		taken  []bool // by one, both, other
	}{
		"old, with its id": {before, map[string]any{"kid": "1"}, []bool{true, true, false}},
		"old, without":     {before, nil, []bool{true, true, false}},
		"new, with its id": {after, map[string]any{"kid": "2"}, []bool{false, true, true}},
		"new, without":     {after, nil, []bool{false, true, true}},
	} {
		text := says(t, jwt.SigningMethodHS256, row.secret, row.header, nil)
		for i, keys := range []token.Keys{one, both, other} {
			_, err := keys.Admit(text)
			require.Equal(t, row.taken[i], err == nil, "%s %d", name, i)
		}
	}
}

func TestNoSentenceShowsATokenOrAKey(t *testing.T) {
	key := secret()
	keys := keysOf(t, inKeys("hs256", "a", key))
	written := base64.StdEncoding.EncodeToString(key)
	for _, shown := range []string{fmt.Sprint(keys), fmt.Sprintf("%v %+v %#v %s %d %x", keys, keys, keys, keys, keys, keys), fmt.Sprintf("%+v", struct{ K *token.Keys }{&keys})} {
		require.NotContains(t, shown, written)
		require.NotContains(t, shown, fmt.Sprintf("%x", key))
		require.NotContains(t, shown, strings.Trim(fmt.Sprint(key), "[]"))
	}
	require.Equal(t, "1 keys", fmt.Sprint(keys))
	_, err := json.Marshal(keys)
	require.NoError(t, err)
	for _, claims := range []map[string]any{{"exp": "s3cr3t"}, {"name": "s3cr3t\n"}, {"rooms": 7, "name": "s3cr3t"}, {"aud": "s3cr3t"}} {
		text := says(t, jwt.SigningMethodHS256, key, map[string]any{"kid": "a", "s3cr3t": "s3cr3t"}, claims)
		_, err := keys.Admit(text)
		require.NotContains(t, err.Error(), "s3cr3t")
		require.NotContains(t, err.Error(), strings.Split(text, ".")[2])
	}
}

func FuzzNoTextIsATokenByChance(f *testing.F) {
	var keys token.Keys
	require.NoError(f, keys.Set(inKeys("hs256", "a", secret())))
	f.Add("eyJhbGciOiJub25lIn0.eyJuYW1lIjoiYWxpY2UifQ.")
	f.Add("eyJhbGciOiJIUzI1NiIsImtpZCI6ImEifQ.eyJleHAiOjFlMzAwfQ.AA")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := keys.Admit(text)
		require.Error(t, err)
	})
}
