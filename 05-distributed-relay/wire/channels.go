package wire

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// DefaultKey is the key that the npm packages use unless they are told another:
// the names of Socket.IO's channels begin with it. Systems that share a Redis need a
// key each, as Redis' database numbers do not divide channels.
const DefaultKey = "socket.io"

// The channels of the nodes' own. With a key other than the default, OwnPrefix stands
// before them.
const (
	ProbeChannel    = "chat:probe"    // see Probe
	PresenceChannel = "chat:presence" // see Presence
)

// OwnPrefix is what stands before the names of the nodes' own channels: nothing with the
// default key, else the key and a colon, as in shop:chat:probe. A key is not put in the
// place of "chat": with the key "chat" these channels would be those of the default key.
func OwnPrefix(key string) string {
	if key == DefaultKey {
		return ""
	}
	return key + ":"
}

// CheckKey says what a key has to be when this one cannot be used. Nodes subscribe by a
// pattern that begins with the key, so it holds nothing that patterns give a meaning to:
// Socket.IO does not escape it, and would listen elsewhere than it publishes. And it holds no
// "#": the channels of "a#/#b" are rooms of "a".
func CheckKey(key string) error {
	if key == "" || len(key) > maxKey || !utf8.ValidString(key) || strings.ContainsFunc(key, forbiddenInKeys) {
		return errKey
	}
	return nil
}

// SetKey sets a key. It is for a flag, by fs.Func.
func SetKey(key *string) func(string) error {
	return func(s string) error {
		if err := CheckKey(s); err != nil {
			return err
		}
		*key = s
		return nil
	}
}

// KeyFromEnv sets a key from CHANNEL_PREFIX, by getenv such as os.Getenv, and leaves it
// alone when that is empty. The error names the variable and says what is wanted.
func KeyFromEnv(key *string, getenv func(string) string) error {
	s := getenv("CHANNEL_PREFIX")
	if s == "" {
		return nil
	}
	if err := SetKey(key)(s); err != nil {
		return fmt.Errorf("CHANNEL_PREFIX %q: %w", harmless.Value(s), err)
	}
	return nil
}

const maxKey = 128 // bytes: every message carries it

var errKey = errors.New(`want 1 to 128 bytes that can be printed, without spaces and without # * ? [ ] \`)

func forbiddenInKeys(r rune) bool {
	return strings.ContainsRune(`#*?[]\`, r) || unicode.IsSpace(r) || !unicode.IsPrint(r)
}

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
