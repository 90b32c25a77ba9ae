package chat

import "fmt"

// Check says what is wrong with what another node tells: its names and rooms go
// to clients, and must be such as a client could have chosen.
func (u PresenceUpdate) Check() error {
	for _, rooms := range []map[string][]string{u.Joined, u.Left} {
		for room, names := range rooms {
			if !validRoom(room) {
				return fmt.Errorf("room %.64q: %s", room, roomRule)
			}
			for _, name := range names {
				if !validName(name) {
					return fmt.Errorf("name %.64q: %s", name, nameRule)
				}
			}
		}
	}
	return nil
}
