// Package broadcast stops at the first connection that fails.
//
// The mistake: one client that has gone takes the message from all that stand behind it.
// The test says: one connection of 100 is broken, and 57 of the others have got nothing
package broadcast

import (
	"encoding/json"
	"fmt"

	"github.com/gorilla/websocket"
)

// Broadcast writes v as JSON, in one text frame, to every connection. v is encoded once, however many there are.
//
// failed are the connections whose write failed; all others have been written to. When v cannot be JSON, err says why, and
// nothing has been written to anybody. Nobody else may write to the connections meanwhile.
func Broadcast(conns []*websocket.Conn, v any) (failed []*websocket.Conn, err error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("broadcast: %w", err)
	}
	for _, c := range conns {
		if err := c.WriteMessage(websocket.TextMessage, text); err != nil {
			return []*websocket.Conn{c}, nil
		}
	}
	return failed, nil
}
