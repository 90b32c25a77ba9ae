package token_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/redis-chat/04-websocket-chat/token"
)

// site is your own server: it knows who somebody is, and the secret of a key.
type site struct {
	whoIs  func(*http.Request) (name string, rooms []string, ok bool) // by your own login
	secret []byte                                                     // of the key 2026-01 in the nodes' TOKEN_KEYS
}

// enter sends somebody who is logged in to the chat.
func (s *site) enter(w http.ResponseWriter, r *http.Request) {
	name, rooms, ok := s.whoIs(r)
	if !ok {
		http.Error(w, "log in first", http.StatusUnauthorized)
		return
	}
	pass := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"name":  name,
		"rooms": rooms, // or "*"
		"exp":   time.Now().Add(10 * time.Minute).Unix(),
	})
	pass.Header["kid"] = "2026-01"
	text, err := pass.SignedString(s.secret)
	if err != nil {
		http.Error(w, "no token could be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "https://chat.example.com/?room="+url.QueryEscape(rooms[0])+"#token="+text, http.StatusSeeOther)
}

// Your own server needs no package of ours: any library for JSON Web Tokens will do.
func Example_issuer() {
	const secret = "alice and bob know this and nobody else"
	alice := func(*http.Request) (string, []string, bool) { return "alice", []string{"go"}, true }
	answer := httptest.NewRecorder()
	(&site{alice, []byte(secret)}).enter(answer, httptest.NewRequest(http.MethodGet, "/chat", nil))
	address, text, _ := strings.Cut(answer.Header().Get("Location"), "#token=")
	fmt.Println(answer.Code, address)

	var keys token.Keys
	if err := keys.Set("hs256:2026-01:" + base64.StdEncoding.EncodeToString([]byte(secret))); err != nil {
		fmt.Println(err)
		return
	}
	permit, err := keys.Admit(text)
	fmt.Println(permit.Name, permit.Rooms, err)
	// Output:
	// 303 https://chat.example.com/?room=go
	// alice [go] <nil>
}
