package frame

import (
	"net/url"
	"strconv"
	"strings"
)

// ValidPort reports whether a node can be at that URL, as far as the port tells: there
// is none, or one that somebody can listen on. Package url takes any digits, and a
// colon without.
func ValidPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}
