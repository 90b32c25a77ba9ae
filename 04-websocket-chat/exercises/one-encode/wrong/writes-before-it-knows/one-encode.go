// Package broadcast lets the first connection encode, to see whether it works.
//
// The mistake: WriteJSON begins a frame, and ends it whatever happens. The first client gets an empty frame.
// The test says: the value cannot be JSON, and yet reader 0 has got a frame
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
	if err := conns[0].WriteJSON(v); err != nil {
		return nil, fmt.Errorf("broadcast: %w", err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("broadcast: %w", err)
	}
	for _, c := range conns[1:] {
		if err := c.WriteMessage(websocket.TextMessage, text); err != nil {
			failed = append(failed, c)
		}
	}
	return failed, nil
}
