package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
)

const (
	// Longest is how long a token may be good. Nothing takes one back before its end, so the end must be near.
	Longest = 24 * time.Hour
	// clocks may differ by so much: a token that was made a moment ago elsewhere is good here.
	clocks = 10 * time.Second
	// longestText is in bytes. A token with a hundred rooms has 2,000.
	longestText = 4096
)

// claims is what a token says.
type claims struct {
	jwt.RegisteredClaims
	Name  string `json:"name"` // else "sub"
	Rooms rooms  `json:"rooms"`
}

// rooms is a list, or one room, or "*".
type rooms []string

// UnmarshalJSON implements json.Unmarshaler.
func (r *rooms) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil && one != "" {
		*r = rooms{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(r))
}

var (
	errNoToken  = errors.New("this is no token that this node can read: a JSON Web Token is three parts of A-Z a-z 0-9 - _ with dots between")
	errUnknown  = errors.New("no key of this node has signed the token: it is for another chat, or its key was replaced; get a new one")
	errForOther = errors.New("the token is for another service (aud)")
	errNoEnd    = fmt.Errorf("the token has no end: whoever issues it must give it one (exp), within %d hours", int(Longest.Hours()))
	errTooLong  = fmt.Errorf("the token ends too late: whoever issues it must let it end (exp) within %d hours, as nothing takes it back before", int(Longest.Hours()))
	errNoName   = errors.New("the token names nobody: whoever issues it must give it a name (name, or sub): " + frame.NameRule)
	errNoRooms  = errors.New(`the token is for no rooms: whoever issues it must list them (rooms), or give "*" for all: ` + frame.RoomRule)
)

// Admit is for chat.Options.Admit.
func (k Keys) Admit(token string) (chat.Permit, error) {
	if len(token) > longestText {
		return chat.Permit{}, errNoToken
	}
	var c claims
	if _, err := k.parser().ParseWithClaims(token, &c, k.find); err != nil {
		return chat.Permit{}, c.why(err)
	}
	return c.permit(k.Audience)
}

func (k Keys) parser() *jwt.Parser {
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg(), jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithLeeway(clocks), jwt.WithStrictDecoding(),
	}
	if k.Audience != "" {
		options = append(options, jwt.WithAudience(k.Audience))
	}
	return jwt.NewParser(options...)
}

// find returns the keys that may have signed a token: of its algorithm, and of the id that it names, if it names one.
func (k Keys) find(t *jwt.Token) (any, error) {
	id, named := t.Header["kid"]
	_, strange := t.Header["crit"] // RFC 7515: what must be understood, and is not
	var fit jwt.VerificationKeySet
	for _, one := range k.all {
		if one.method == t.Method && (!named || id == one.id) && !strange {
			fit.Keys = append(fit.Keys, one.secret)
		}
	}
	return fit, nil // none of them is an error of the library's
}

// why is the sentence for what the library says. Its own words may hold a part of the token.
func (c *claims) why(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return c.expired()
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return fmt.Errorf("the token is not good before %s, and here it is %s: wait, or set the clocks", instant(c.NotBefore.Time), instant(time.Now()))
	case errors.Is(err, jwt.ErrTokenInvalidAudience), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return errForOther
	case errors.Is(err, jwt.ErrTokenMalformed):
		return errNoToken
	}
	return errUnknown
}

func (c *claims) expired() error {
	return fmt.Errorf("%w (at %s): get a new one", chat.ErrExpired, instant(c.ExpiresAt.Time))
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// permit is what a token gives whose signature holds.
func (c *claims) permit(audience string) (chat.Permit, error) {
	name := c.Name
	if name == "" {
		name = c.Subject
	}
	switch {
	case len(c.Audience) > 0 && audience == "":
		return chat.Permit{}, fmt.Errorf("%w; if it is for this node, its operator must say so (TOKEN_AUDIENCE)", errForOther)
	case c.ExpiresAt == nil:
		return chat.Permit{}, errNoEnd
	case !time.Now().Before(c.ExpiresAt.Time): // the library gives it some seconds more
		return chat.Permit{}, c.expired()
	case time.Until(c.ExpiresAt.Time) > Longest+clocks:
		return chat.Permit{}, errTooLong
	case !frame.ValidName(name):
		return chat.Permit{}, errNoName
	case len(c.Rooms) == 0:
		return chat.Permit{}, errNoRooms
	}
	for _, room := range c.Rooms {
		if !frame.ValidRoom(room) {
			return chat.Permit{}, errNoRooms
		}
	}
	return chat.Permit{Name: name, Rooms: c.Rooms, Until: c.ExpiresAt.Time}, nil
}
