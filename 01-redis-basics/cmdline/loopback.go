package cmdline

import (
	"net/netip"
	"net/url"
	"strings"
)

// HostName is the name or the address in a request's Host header: without its port, in lower case, without brackets and
// without a dot at its end.
func HostName(host string) string {
	return strings.TrimSuffix(strings.ToLower((&url.URL{Host: host}).Hostname()), ".")
}

// IsLoopback reports whether a name or an address always means the machine that uses it: localhost and names below it,
// 127.0.0.0/8 and ::1. Nobody can register such a name (RFC 6761), and so no page of another site has one.
func IsLoopback(name string) bool {
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
