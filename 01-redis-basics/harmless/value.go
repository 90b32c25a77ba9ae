package harmless

import (
	"regexp"
	"strings"
)

// Value is a value that was refused, or an address, as it may be shown: what may be a password in it is …. That is the
// value of an assignment (-password=…, REDIS_PASSWORD=…), the user of a URL (redis://…@host), what follows ? or # in it,
// and what should be a URL's port and is none (redis://…), as when the host was forgotten; and a chat's keys and tokens, wherever
// they stand (hs256:…, eyJ…). It may be a list with commas.
//
// It rather hides too much than too little: whoever reads it has typed the whole.
func Value(s string) string {
	if name := assigned.FindString(s); name != "" {
		return name + "…"
	}
	s = token.ReplaceAllString(key.ReplaceAllString(s, "$1…"), "eyJ…")
	if at := strings.LastIndex(s, "@"); at >= 0 { // the last: a password may hold one, and commas
		scheme, _, _ := cutScheme(s[:at])
		s = scheme + "…" + s[at:]
	}
	items := strings.Split(s, ",")
	for i, item := range items {
		scheme, rest, ok := cutScheme(item)
		if at := strings.IndexAny(rest, "?#"); at >= 0 && (ok || strings.Contains(rest[at:], "=")) {
			rest = rest[:at+1] + "…"
		}
		if ok && !authority.MatchString(rest) {
			rest = "…"
		}
		items[i] = scheme + rest
	}
	return strings.Join(items, ",")
}

// Words are several values as they may be shown, with spaces between.
func Words(values []string) string {
	shown := make([]string, len(values))
	for i, value := range values {
		shown[i] = Value(value)
	}
	return strings.Join(shown, " ")
}

// IsURL reports whether s looks like a URL, or like the part of one that holds a user.
func IsURL(s string) bool { return strings.Contains(s, "://") || strings.Contains(s, "@") }

var (
	key      = regexp.MustCompile(`(?is)\b((?:hs256|eddsa):).*`)                       // as TOKEN_KEYS has them; a list of them is hidden as a whole
	token    = regexp.MustCompile(`eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`) // a JSON Web Token, whose header begins with {"
	assigned = regexp.MustCompile(`^-{0,2}[A-Za-z_][A-Za-z0-9_-]*=`)
	// authority is the beginning of what follows ://, if there is no password in it: a host, and a port if any.
	authority = regexp.MustCompile(`^(?:…@)?(?:(?:\[[0-9A-Fa-f:.%]*\]?|[^:/?#\[\]]+)(?::[0-9]{0,5} *)?)?(?:[/?#]|$)`)
)

func cutScheme(s string) (scheme, rest string, ok bool) {
	if at := strings.Index(s, "://"); at >= 0 {
		return s[:at+len("://")], s[at+len("://"):], true
	}
	return "", s, false
}
