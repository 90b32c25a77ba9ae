package token

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issue makes a token: what your own server does when it has seen who somebody is. The key is the secret of an HS256 key
// ([]byte), or the private key of an EdDSA one (ed25519.PrivateKey), and id its id in TOKEN_KEYS.
func Issue(key any, id, name string, rooms []string, life time.Duration) (string, error) {
	var method jwt.SigningMethod = jwt.SigningMethodHS256
	if _, ok := key.(ed25519.PrivateKey); ok {
		method = jwt.SigningMethodEdDSA
	}
	t := jwt.NewWithClaims(method, jwt.MapClaims{
		"name":  name,
		"rooms": rooms,
		"exp":   jwt.NewNumericDate(time.Now().Add(life)),
	})
	t.Header["kid"] = id
	text, err := t.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign a token for %q: %w", name, err)
	}
	return text, nil
}

// NewKey makes an HS256 key, as TOKEN_KEYS has it.
func NewKey(id string) (string, error) {
	if !validID.MatchString(id) {
		return "", errors.New("want 1 to 64 of A-Z a-z 0-9 . _ - as its id, as in 2026-01")
	}
	secret := make([]byte, leastSecret)
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	return "hs256:" + id + ":" + base64.RawURLEncoding.EncodeToString(secret), nil
}

// Secret is the first HS256 key, for whoever issues tokens by the nodes' own keys; nil: there is none.
func (k Keys) Secret() (id string, secret []byte) {
	for _, one := range k.all {
		if secret, ok := one.secret.([]byte); ok {
			return one.id, secret
		}
	}
	return "", nil
}
