package chat

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	nameRule = "a name is 1 to 32 printable characters"
	roomRule = "a room is 1 to 64 bytes of printable UTF-8, and not 20 characters of A-Z a-z 0-9 - _, the form of a connection's id"
)

func validName(s string) bool {
	return s != "" && printable(s) && utf8.RuneCountInString(s) <= 32
}

// validRoom refuses the form of a connection's id, Socket.IO's included: that
// id is the room of one connection, and who could join it would listen to what
// is meant for that connection alone.
func validRoom(s string) bool {
	return s != "" && len(s) <= 64 && printable(s) && !idForm(s)
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// newID is 120 random bits in the form that Socket.IO's ids have: 20
// characters of base64url. Nobody guesses one.
func newID() string {
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
