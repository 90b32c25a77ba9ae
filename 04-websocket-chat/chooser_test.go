package chat

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/chattest"
)

// chosen is a Chooser that counts who is in which room, and brings nothing for rooms that nobody is in.
type chosen struct {
	hub *Hub

	mu    sync.Mutex
	rooms map[string]int
	shut  string // a room that cannot be brought
	moved chan struct{}
}

func (c *chosen) Publish(e Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.Sent.Accepted()
	if c.rooms[e.Rooms[0]] > 0 {
		c.hub.Deliver([]Event{e})
	}
	return nil
}

func (c *chosen) Enter(_ context.Context, room string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room == c.shut {
		return errors.New("no replica has it")
	}
	c.rooms[room]++
	return nil
}

func (c *chosen) Leave(room string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rooms[room]--; c.rooms[room] == 0 {
		delete(c.rooms, room)
	}
	c.moved <- struct{}{}
}

// left waits until somebody has left a room.
func (c *chosen) left(t *testing.T) {
	t.Helper()
	select {
	case <-c.moved:
	case <-time.After(chattest.Patience):
		t.Fatal("the relay is not told that somebody has left")
	}
}

func (c *chosen) now() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	rooms := map[string]int{}
	for room, n := range c.rooms {
		rooms[room] = n
	}
	return rooms
}

func serveChosen(t *testing.T) (*served, *chosen) {
	c := &chosen{rooms: map[string]int{}, moved: make(chan struct{}, 100)}
	n := serve(t, Options{Relay: c, RatePerSecond: -1, MaxRooms: 3})
	c.hub = n.hub
	return n, c
}

func TestRoomIsBroughtForEachClientAndReleasedWithIt(t *testing.T) {
	n, c := serveChosen(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	require.Equal(t, map[string]int{"go": 2}, c.now())
	alice.Does(`{"event":"join","data":"news","id":1}`)
	alice.Does(`{"event":"join","data":"news","id":2}`)
	require.Equal(t, map[string]int{"go": 2, "news": 1}, c.now(), "whoever is in it already enters nothing")
	bob.Says(`{"event":"leave","data":"news"}`)
	require.Equal(t, "$error", bob.Next().Event)
	bob.Does(`{"event":"leave","data":"go","id":3}`)
	c.left(t)
	require.Equal(t, map[string]int{"go": 1, "news": 1}, c.now())
	require.NoError(t, alice.WS.Close())
	c.left(t)
	c.left(t)
	require.Empty(t, c.now())
	require.NoError(t, bob.WS.Close())
}

func TestClientWhoseRoomCannotBeBroughtIsToldSo(t *testing.T) {
	n, c := serveChosen(t)
	c.shut = "far"
	alice := n.Enter("alice", "go")
	alice.Says(`{"event":"join","data":"far","id":1}`)
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `room \"far\" cannot be joined at the moment: no replica has it`)
	ws, _, err := n.Connect("?name=bob&room=far", nil)
	require.NoError(t, err)
	defer ws.Close()
	_, _, err = ws.ReadMessage()
	require.Equal(t, &websocket.CloseError{Code: 1013, Text: "this room's messages do not come to this node at the moment; connect again"}, err)
	require.Equal(t, map[string]int{"go": 1}, c.now())
}
