package frame

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a name and a room must be, as a sentence for whoever chose another.
const (
	NameRule = "a name is 1 to 32 printable characters, not only spaces"
	RoomRule = "a room is 1 to 64 bytes of printable UTF-8, not only spaces, and not 20 characters of A-Z a-z 0-9 - _, the form of a connection's id"
)

// ValidName reports whether a client may be called s; NameRule says what it must be.
func ValidName(s string) bool {
	return ValidLabel(s) && utf8.RuneCountInString(s) <= 32
}

// ValidRoom reports whether a room may be called s; RoomRule says what it must be. It
// refuses the form of a connection's id, Socket.IO's included: that id is the room of
// one connection, and whoever could join it would hear what is meant for that
// connection alone.
func ValidRoom(s string) bool {
	return len(s) <= 64 && ValidLabel(s) && !idForm(s)
}

// Two characters that cannot be seen: they join the characters beside them, or keep
// them apart. A family of emoji, and words in Persian, are written with them.
const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'

// ValidLabel reports whether s can be seen, and changes nothing around it in a line of
// text: it has no control characters, and none that turn the direction.
func ValidLabel(s string) bool {
	const joiners = string(zeroWidthNonJoiner) + string(zeroWidthJoiner)
	if strings.Trim(s, joiners) != s || strings.Trim(s, joiners+" ") == "" { // at an end they join nothing
		return false
	}
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && !IsJoiner(r) }) < 0
}

// IsJoiner reports whether r joins the characters beside it, or keeps them apart, and
// is not seen itself.
func IsJoiner(r rune) bool { return r == zeroWidthNonJoiner || r == zeroWidthJoiner }

// NewID makes the id of a connection: 120 random bits in the form that Socket.IO's ids
// have, 20 characters of base64url. Nobody guesses one.
func NewID() string {
	var b [15]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func idForm(s string) bool {
	if len(s) != 20 {
		return false
	}
	_, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil
}
