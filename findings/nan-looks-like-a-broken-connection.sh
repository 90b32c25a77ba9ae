#!/usr/bin/env bash
# Guess: WriteJSON of a value that JSON cannot hold, such as NaN, returns an error, and nothing is sent.
# Seen: it returns the error and sends an empty text message. The other side's ReadJSON then says "unexpected EOF", the words
#   for a connection that broke within a message; a browser's JSON.parse throws. The connection is well: the next message
#   arrives on it. coder/websocket's wsjson.Write, given the same, sends nothing.
# Versions: github.com/gorilla/websocket v1.5.3, github.com/coder/websocket v1.8.15; 2026-11-29.
# Matters: one division of 0 by 0 at the server, and every client that takes an error of ReadJSON for the end of its
#   connection, as is usual, hangs up. Marshal first, and write the bytes.
set -euo pipefail

command -v go >/dev/null || { echo "skipped: there is no go on the PATH"; exit 77; }
work=$(mktemp -d)
end() {
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"

	coder "github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/gorilla/websocket"
)

func main() {
	value := map[string]any{"share": math.NaN()}
	returned := make(chan error, 1)
	servers := []struct {
		name string
		http.HandlerFunc
	}{
		{"gorilla", func(w http.ResponseWriter, r *http.Request) {
			conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
			if err != nil {
				return
			}
			returned <- conn.WriteJSON(value)
			conn.WriteJSON("the next message")
			conn.ReadMessage()
		}},
		{"coder", func(w http.ResponseWriter, r *http.Request) {
			conn, err := coder.Accept(w, r, nil)
			if err != nil {
				return
			}
			returned <- wsjson.Write(context.Background(), conn, value)
			wsjson.Write(context.Background(), conn, "the next message")
			conn.Read(context.Background())
		}},
	}
	for _, s := range servers {
		server := httptest.NewServer(s.HandlerFunc)
		dial := func() *websocket.Conn {
			conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
			if err != nil {
				panic(err)
			}
			if err := <-returned; err == nil || !strings.Contains(err.Error(), "NaN") {
				fmt.Println("the server was not told:", err)
			}
			return conn
		}
		_, first, _ := dial().ReadMessage()
		conn := dial()
		var got any
		err := conn.ReadJSON(&got)
		fmt.Printf("%s: first message %q; ReadJSON: %v", s.name, strings.TrimSpace(string(first)), got)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = conn.ReadJSON(&got)
			fmt.Printf(", unexpected EOF, then %v, %v", got, err)
		}
		fmt.Println()
	}
}
GO
cat >go.mod <<'MOD'
module example.com/finding

go 1.24

require (
	github.com/coder/websocket v1.8.15
	github.com/gorilla/websocket v1.5.3
)
MOD
export GOFLAGS=-mod=mod GOWORK=off
go build -o finding . 2>go.log || { cat go.log; echo "cannot tell: the package could not be built"; exit 2; }

expected='gorilla: first message ""; ReadJSON: <nil>, unexpected EOF, then the next message, <nil>
coder: first message "\"the next message\""; ReadJSON: the next message'
seen=$(timeout 60 ./finding) || true
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'CHANGED. It was:\n%s\n' "$expected"; exit 1; }
echo "unchanged: nan-looks-like-a-broken-connection"
