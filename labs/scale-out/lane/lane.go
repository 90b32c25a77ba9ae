package lane

import (
	"hash/crc32"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Count is how many lanes there are for rooms.
const Count = 256

// Lane is one of them, from 0, or Everybody.
type Lane uint16

// Everybody is the lane of a message that is for everybody, for rooms of more than one lane, or for a single connection: nobody knows at
// which node that is. Every node hears it.
const Everybody Lane = Count

// Channels is the beginning of the channels' names, behind that of all names of a system's own. The lane's number follows.
const Channels = "chat:lane:"

// Of is the lane of a room: the CRC-32 (IEEE) of its name, modulo Count.
func Of(room string) Lane { return Lane(crc32.ChecksumIEEE([]byte(room)) % Count) }

// For is the lane of a message for these rooms; none: for everybody. No room is named as a connection is.
func For(rooms []string) Lane {
	if len(rooms) == 0 || len(rooms) == 1 && !frame.ValidRoom(rooms[0]) {
		return Everybody
	}
	l := Of(rooms[0])
	for _, room := range rooms[1:] {
		if Of(room) != l {
			return Everybody
		}
	}
	return l
}
