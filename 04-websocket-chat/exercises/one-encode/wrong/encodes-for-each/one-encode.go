// Package broadcast encodes the value for each connection.
//
// The mistake: the same bytes are made a hundred times.
// The test says: 100 readers, and the value was encoded 100 times, want once
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
	for _, c := range conns {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("broadcast: %w", err)
		}
		if err := c.WriteMessage(websocket.TextMessage, text); err != nil {
			failed = append(failed, c)
		}
	}
	return failed, nil
}
