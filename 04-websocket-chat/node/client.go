package node

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddr is the address that a request comes from, as host:port. Behind a proxy
// that is what the proxy says in X-Forwarded-For, if it is one of those that are
// trusted: of the addresses in it the last one that is none of theirs. What stands left
// of that one may have been written by the client. The client's port is not known then, and 0.
func ClientAddr(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !within(peer.Addr(), trusted) {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := r.RemoteAddr
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // what a proxy has not written is not believed, and neither is what is left of it
		}
		client = net.JoinHostPort(addr.Unmap().WithZone("").String(), "0")
		if !within(addr, trusted) {
			break
		}
	}
	return client
}

func within(addr netip.Addr, prefixes []netip.Prefix) bool {
	addr = addr.Unmap().WithZone("")
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// byClient makes RemoteAddr of each request the client's address: logs and limits see no proxy.
func byClient(next http.Handler, trusted []netip.Prefix) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = ClientAddr(r, trusted)
		next.ServeHTTP(w, r)
	})
}

// trust reads addresses of proxies: 10.0.0.5, 10.0.0.0/24, 2001:db8::/32.
func (c *Config) trust(s string) error {
	for _, item := range list(s) {
		prefix, err := netip.ParsePrefix(item)
		if addr, addrErr := netip.ParseAddr(item); addrErr == nil && addr.Zone() == "" {
			addr = addr.Unmap()
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			// The value is told with it, without what may be a password; an item alone may be the middle of one.
			return errors.New("want an address or a network, as in 10.0.0.5 or 10.0.0.0/24; no name, no port")
		}
		c.Trusted = append(c.Trusted, prefix.Masked())
	}
	return nil
}
