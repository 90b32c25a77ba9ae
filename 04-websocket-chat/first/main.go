// Command first is the smallest chat that this chapter could begin with: one file, one lock, no queue. Everybody in a
// room hears what the others there say. It works, and lacks_test.go tells what is wrong with it.
//
//	go run ./04-websocket-chat/first
//	go run ./04-websocket-chat/cmd/talk -name alice http://127.0.0.1:3000
package main

import (
	"cmp"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

func main() {
	addr := "127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "3000")
	log.Printf("listening on %s", addr)
	log.Fatal(http.ListenAndServe(addr, newHub()))
}

// frame is a text frame, in both directions.
type frame struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data,omitempty"`
	Room  string          `json:"room,omitempty"`
	From  string          `json:"from,omitempty"`
}

// client is one connection.
type client struct {
	ws         *websocket.Conn
	name, room string
}

// hub knows who is in which room.
type hub struct {
	mu    sync.Mutex
	rooms map[string]map[*client]bool
}

func newHub() *hub { return &hub{rooms: map[string]map[*client]bool{}} }

// ServeHTTP makes a WebSocket of a request, and reads from it until it ends.
func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var upgrader websocket.Upgrader
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	query := r.URL.Query()
	c := &client{ws, cmp.Or(query.Get("name"), "guest"), cmp.Or(query.Get("room"), "lobby")}
	h.join(c)
	defer h.leave(c)
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var f frame
		if json.Unmarshal(text, &f) == nil {
			h.broadcast(c, f.Event, f.Data)
		}
	}
}

// join greets the client and lets it into its room.
func (h *hub) join(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	welcome, _ := json.Marshal(map[string]string{"id": "", "name": c.name, "room": c.room, "node": "first"})
	_ = c.ws.WriteJSON(frame{Event: "$welcome", Data: welcome})
	if h.rooms[c.room] == nil {
		h.rooms[c.room] = map[*client]bool{}
	}
	h.rooms[c.room][c] = true
}

func (h *hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if delete(h.rooms[c.room], c); len(h.rooms[c.room]) == 0 {
		delete(h.rooms, c.room)
	}
}

// broadcast writes to everybody in the sender's room but the sender. The lock keeps the messages in one order for all,
// and lets one goroutine at a time write to a connection, as the WebSocket library asks.
func (h *hub) broadcast(sender *client, event string, data json.RawMessage) {
	text, err := json.Marshal(frame{Event: event, Data: data, Room: sender.room, From: sender.name})
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.rooms[sender.room] {
		if c != sender {
			_ = c.ws.WriteMessage(websocket.TextMessage, text)
		}
	}
}
