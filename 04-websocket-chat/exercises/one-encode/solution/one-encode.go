// Package broadcast writes one value to many connections.
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
	//exercise:stub
	// for _, c := range conns {
	// 	if err := c.WriteJSON(v); err != nil {
	// 		return []*websocket.Conn{c}, fmt.Errorf("broadcast: %w", err)
	// 	}
	// }
	// return nil, nil
	//exercise:solution
	// Before anything is written: WriteJSON finds out in the midst of a frame that v cannot be JSON, and sends an empty one.
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("broadcast: %w", err)
	}
	for _, c := range conns {
		// One that is gone is its own affair: the others must get theirs.
		if err := c.WriteMessage(websocket.TextMessage, text); err != nil {
			failed = append(failed, c)
		}
	}
	return failed, nil
	//exercise:end
}
