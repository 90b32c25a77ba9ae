package token

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// Keys are those by which a node knows its tokens. The zero value has none.
type Keys struct {
	all []key
	// Audience is whom tokens must be for ("aud"); default: nobody in particular, and a token that names somebody is refused.
	Audience string
}

// key is one of them. Its algorithm is its own: if a token could choose, somebody would sign with the public key, which
// everybody knows, as if it were a secret.
type key struct {
	id     string
	method jwt.SigningMethod
	secret any // []byte of HS256, ed25519.PublicKey of EdDSA
}

const (
	leastSecret = 32 // bytes; RFC 7518, section 3.2: as long as the hash
	mostKeys    = 16 // each is tried for a token that does not name its own
)

// None reports whether there are no keys.
func (k Keys) None() bool { return len(k.all) == 0 }

// Len is how many keys there are.
func (k Keys) Len() int { return len(k.all) }

// Format implements fmt.Formatter: whoever prints keys must not show them.
func (k Keys) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d keys", len(k.all)) }

// Set reads keys, for fs.Func: ALGORITHM:ID:KEY, commas between, as in
//
//	hs256:2026-01:c2VjcmV0…,eddsa:login:MCowBQYDK2VwAyEA…
//
// KEY is base64 of either alphabet: for hs256 of 32 bytes or more that nobody else knows, for eddsa of an Ed25519 public key, alone or as
// "openssl pkey -pubout" writes it. @/path is a file that holds the same, also one key a line; what stands behind a # there is not
// read. An error shows nothing of the value: it may be a secret in the wrong place.
func (k *Keys) Set(s string) error {
	if path, ok := strings.CutPrefix(s, "@"); ok {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("the file behind @ cannot be read: %w", withoutPath(err))
		}
		s = withoutComments(string(text))
	}
	var all []key
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		one, err := parse(item)
		if err != nil {
			return fmt.Errorf("key %d: %w", len(all)+1, err)
		}
		for i, other := range all {
			if one.id == other.id {
				return fmt.Errorf("key %d has the same id as key %d: give each an id of its own", len(all)+1, i+1)
			}
		}
		all = append(all, one)
	}
	switch {
	case len(all) == 0:
		return errors.New("there is no key in it: want ALGORITHM:ID:KEY, as in hs256:2026-01:… with 32 random bytes as base64")
	case len(all) > mostKeys:
		return fmt.Errorf("%d keys: want %d at most; leave away those that sign nothing any more", len(all), mostKeys)
	}
	k.all = all
	return nil
}

var validID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func parse(item string) (key, error) {
	parts := strings.Split(item, ":")
	if len(parts) != 3 || !validID.MatchString(parts[1]) {
		return key{}, errors.New("want ALGORITHM:ID:KEY, as in hs256:2026-01:…; an id is 1 to 64 of A-Z a-z 0-9 . _ -")
	}
	algorithm, id := strings.ToLower(parts[0]), parts[1]
	raw, err := decode(parts[2])
	switch {
	case algorithm != "hs256" && algorithm != "eddsa":
		return key{}, errors.New("want hs256 or eddsa as its algorithm")
	case err != nil:
		return key{}, errors.New("its KEY is not base64: copy the whole of it")
	case algorithm == "hs256":
		return hs256(id, raw)
	}
	return eddsa(id, raw)
}

func hs256(id string, secret []byte) (key, error) {
	if len(secret) < leastSecret {
		return key{}, fmt.Errorf("%d bytes are too few for HS256, where they can be guessed: take 32 random ones, as of openssl rand -base64 32", len(secret))
	}
	if bytes.Count(secret, secret[:1]) == len(secret) {
		return key{}, errors.New("all its bytes are the same, which can be guessed: take 32 random ones, as of openssl rand -base64 32")
	}
	return key{id, jwt.SigningMethodHS256, secret}, nil
}

func eddsa(id string, raw []byte) (key, error) {
	if public, err := x509.ParsePKIXPublicKey(raw); err == nil {
		if known, ok := public.(ed25519.PublicKey); ok {
			return key{id, jwt.SigningMethodEdDSA, known}, nil
		}
	}
	if _, err := x509.ParsePKCS8PrivateKey(raw); err == nil || len(raw) == ed25519.PrivateKeySize {
		return key{}, errors.New("this is a private key, which only signs: give the public one, and make a new pair, as this one has been shown to a node")
	}
	if len(raw) != ed25519.PublicKeySize {
		return key{}, fmt.Errorf("want an Ed25519 public key, %d bytes, as base64", ed25519.PublicKeySize)
	}
	return key{id, jwt.SigningMethodEdDSA, ed25519.PublicKey(raw)}, nil
}

// decode takes both alphabets, with and without = at the end.
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	return base64.RawStdEncoding.DecodeString(s)
}

func withoutComments(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// withoutPath is what the system says, alone: what stands behind @ may be no path but a secret.
func withoutPath(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
