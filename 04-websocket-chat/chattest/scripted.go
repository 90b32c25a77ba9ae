package chattest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"
)

// Scripted serves a node that is no hub until the test ends, and returns its URL: see ScriptedNode.
func Scripted(t testing.TB, script func(conn *websocket.Conn)) (url string) {
	t.Helper()
	s := httptest.NewServer(ScriptedNode(script))
	t.Cleanup(s.Close)
	return s.URL
}

// ScriptedNode is a node that says $welcome and then does what the test tells it, so that a client is tested against
// the wire and not against our own hub.
func ScriptedNode(script func(conn *websocket.Conn)) http.Handler {
	var upgrader websocket.Upgrader
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		welcome := `{"event":"$welcome","data":{"id":"c1","name":"` + r.FormValue("name") + `","room":"` + r.FormValue("room") + `","node":"n1"}}`
		if conn.WriteMessage(websocket.TextMessage, []byte(welcome)) == nil {
			script(conn)
		}
	})
}
