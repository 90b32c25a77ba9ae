package chat

import (
	"fmt"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Check says what is wrong with what another node tells: its names and rooms go
// to clients, and must be such as a client could have chosen.
func (u PresenceUpdate) Check() error {
	for _, rooms := range []map[string][]string{u.Joined, u.Left} {
		for room, names := range rooms {
			if !frame.ValidRoom(room) {
				return fmt.Errorf("room %.64q: %s", room, frame.RoomRule)
			}
			for _, name := range names {
				if !frame.ValidName(name) {
					return fmt.Errorf("name %.64q: %s", name, frame.NameRule)
				}
			}
		}
	}
	return nil
}
