package wire

// DefaultKey is the key that the npm packages use unless they are told another:
// the names of Socket.IO's channels begin with it.
const DefaultKey = "socket.io"

// The channels of the nodes' own.
const (
	ProbeChannel    = "chat:probe"    // see Probe
	PresenceChannel = "chat:presence" // see Presence
)

// Pattern matches the channels of all messages for clients: the namespace's own,
// and those of single rooms, whose names follow.
func Pattern(key string) string { return key + "#/#*" }

// Channel is the channel that e is published on: the namespace's own, or that of
// the room when there is exactly one, so that a server without that room can
// skip the message before it is decoded.
func (e *Envelope) Channel(key string) string { return string(e.AppendChannel(nil, key)) }

// AppendChannel appends Channel(key) to dst.
func (e *Envelope) AppendChannel(dst []byte, key string) []byte {
	dst = append(append(dst, key...), "#/#"...)
	if len(e.Rooms) == 1 {
		dst = append(append(dst, e.Rooms[0]...), '#')
	}
	return dst
}
