package token_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/token"
)

// A server that knows who somebody is issues a token; a node that knows its key lets that one in, and nobody else.
func Example() {
	secret := make([]byte, 32)
	rand.Read(secret)

	var keys token.Keys // as TOKEN_KEYS
	if err := keys.Set("hs256:2026-01:" + base64.StdEncoding.EncodeToString(secret)); err != nil {
		fmt.Println(err)
		return
	}
	hub, err := chat.NewHub(chat.Options{Admit: keys.Admit})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, room := range []string{"go", "board"} {
		text, err := token.Issue(secret, "2026-01", "alice", []string{"go"}, 10*time.Minute)
		if err != nil {
			fmt.Println(err)
			return
		}
		asked := httptest.NewRequest("GET", "/ws?room="+room, nil)
		asked.Header.Set("Authorization", "Bearer "+text)
		answer := httptest.NewRecorder()
		hub.ServeHTTP(answer, asked)
		fmt.Print(answer.Code, " ", answer.Body)
	}
	nobody := httptest.NewRecorder()
	hub.ServeHTTP(nobody, httptest.NewRequest(http.MethodGet, "/ws?room=go", nil))
	fmt.Print(nobody.Code, " ", nobody.Body)
	// Output:
	// 426 this request is in order, but it does not ask for a WebSocket: connect with ws:// or wss://
	// 403 your token does not let you into room "board"; it is for "go"
	// 401 this node lets in nobody without a token: get one from the site that led you here, and bring it
}
