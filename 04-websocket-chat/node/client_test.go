package node

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyATrustedProxyIsBelieved(t *testing.T) {
	for name, row := range map[string]struct {
		trusted string
		peer    string
		says    []string // X-Forwarded-For
		want    string
	}{
		"nobody is trusted":                 {"", "10.0.0.5:40000", []string{"203.0.113.7"}, "10.0.0.5:40000"},
		"a stranger":                        {"10.0.0.5", "203.0.113.9:40000", []string{"198.51.100.1"}, "203.0.113.9:40000"},
		"the proxy":                         {"10.0.0.5", "10.0.0.5:40000", []string{"203.0.113.7"}, "203.0.113.7:0"},
		"a network of proxies":              {"10.0.0.0/24", "10.0.0.77:40000", []string{"203.0.113.7"}, "203.0.113.7:0"},
		"a client that writes one, too":     {"10.0.0.5", "10.0.0.5:40000", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:0"},
		"in a header of its own":            {"10.0.0.5", "10.0.0.5:40000", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7:0"},
		"one that writes a trusted address": {"10.0.0.5", "10.0.0.5:40000", []string{"10.0.0.5, 203.0.113.7"}, "203.0.113.7:0"},
		"two proxies":                       {"10.0.0.0/24", "10.0.0.5:40000", []string{"198.51.100.1, 203.0.113.7, 10.0.0.6"}, "203.0.113.7:0"},
		"the second one is not trusted":     {"10.0.0.5", "10.0.0.5:40000", []string{"203.0.113.7, 10.0.0.6"}, "10.0.0.6:0"},
		"a client inside":                   {"10.0.0.0/24", "10.0.0.5:40000", []string{"10.0.0.99"}, "10.0.0.99:0"},
		"nothing said":                      {"10.0.0.5", "10.0.0.5:40000", nil, "10.0.0.5:40000"},
		"empty":                             {"10.0.0.5", "10.0.0.5:40000", []string{""}, "10.0.0.5:40000"},
		"unknown":                           {"10.0.0.5", "10.0.0.5:40000", []string{"203.0.113.7, unknown"}, "10.0.0.5:40000"},
		"nonsense left of it":               {"10.0.0.5", "10.0.0.5:40000", []string{"<script>, 203.0.113.7"}, "203.0.113.7:0"},
		"IPv6":                              {"2001:db8::/32", "[2001:db8::1]:40000", []string{"2001:db9::7"}, "[2001:db9::7]:0"},
		"IPv4 on a socket of IPv6":          {"10.0.0.5", "[::ffff:10.0.0.5]:40000", []string{"::ffff:203.0.113.7"}, "203.0.113.7:0"},
		"a Unix socket":                     {"10.0.0.5", "@", []string{"203.0.113.7"}, "@"},
	} {
		var c Config
		require.NoError(t, c.trust(row.trusted), name)
		r := &http.Request{RemoteAddr: row.peer, Header: http.Header{"X-Forwarded-For": row.says}}
		require.Equal(t, row.want, ClientAddr(r, c.Trusted), name)
	}
}

func TestTrustedProxiesAreAddressesAndNetworks(t *testing.T) {
	c, err := configured(t, nil, map[string]string{"TRUSTED_PROXIES": "10.0.0.5, 10.0.1.7/24,2001:db8::/32,::ffff:10.0.0.6"})
	require.NoError(t, err)
	require.Equal(t, []netip.Prefix{
		netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("10.0.1.0/24"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("10.0.0.6/32"),
	}, c.Trusted)
}
