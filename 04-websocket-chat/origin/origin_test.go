package origin

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/harmless"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	for written, want := range map[string]string{
		"https://chat.example.com":            "https://chat.example.com",
		"https://chat.example.com/":           "https://chat.example.com",
		"HTTPS://Chat.Example.com:443":        "https://chat.example.com",
		"http://chat.example.com:80/":         "http://chat.example.com",
		"http://chat.example.com:443":         "http://chat.example.com:443",
		"https://chat.example.com:08443":      "https://chat.example.com:8443",
		"http://[0:0:0:0:0:0:0:1]:3000":       "http://[::1]:3000",
		"http://[2001:DB8::0:1]":              "http://[2001:db8::1]",
		"http://[::ffff:127.0.0.1]":           "http://[::ffff:7f00:1]",
		"http://127.0.0.1:3000":               "http://127.0.0.1:3000",
		"http://a_b.example":                  "http://a_b.example",
		"https://example.com.":                "https://example.com.", // another one than without the point
		"https://xn--mnchen-3ya.example":      "https://xn--mnchen-3ya.example",
		"capacitor://localhost":               "capacitor://localhost",
		"chrome-extension://abcdefghijklmnop": "chrome-extension://abcdefghijklmnop",
		"safari-web-extension://ABCD-12":      "safari-web-extension://abcd-12",
		"null":                                "null",
		"*":                                   "*",
	} {
		canonical, err := Canonical(written)
		require.NoError(t, err, written)
		require.Equal(t, want, canonical, written)
	}
}

func TestWhatNoBrowserSendsIsRefusedWithWhatToWrite(t *testing.T) {
	for written, want := range map[string]string{
		"*.example.com":            "name each, or write * for all",
		"https://*.example.com":    "name each, or write * for all",
		"https://*":                "name each, or write * for all",
		"https://münchen.example":  "location.origin",
		"https://a.example;x":      "want scheme and host",
		"https://a.example,b":      "want scheme and host",
		"https://a b":              "want scheme and host",
		"chat.example.com":         "want scheme and host",
		"chat.example.com:443":     "want scheme and host",
		"//chat.example.com":       "want scheme and host",
		"https://":                 "want scheme and host",
		"https://:443":             "want scheme and host",
		"https://a:":               "want scheme and host",
		"https://a:99999":          "want scheme and host",
		"https://a:0":              "want scheme and host",
		"https://u@a":              "want scheme and host",
		"https://a/chat":           "want scheme and host",
		"https://a//":              "want scheme and host",
		"https://a?b":              "want scheme and host",
		"https://a#b":              "want scheme and host",
		"https://a..b":             "want scheme and host",
		"https://.a":               "want scheme and host",
		"https://127.1":            "want scheme and host", // a browser makes 127.0.0.1 of it
		"https://0x7f.1":           "want scheme and host",
		"https://256.0.0.1":        "want scheme and host",
		"https://[fe80::1%25eth0]": "want scheme and host",
		"https://[::1":             "want scheme and host",
		"wss://chat.example.com":   "want scheme and host",
		"htps://chat.example.com":  "want scheme and host",
		"ftp://chat.example.com":   "want scheme and host",
		"file://":                  "want scheme and host",
		"capacitor://":             "want scheme and host",
		"":                         "want scheme and host",
		"Null":                     "want scheme and host",
	} {
		_, err := Canonical(written)
		require.ErrorContains(t, err, want, written)
		require.ErrorContains(t, err, harmless.Value(written))
	}
}

// What a proxy makes of the Host header, and what the browser has said.
func TestSameHostIsFoundWhateverAProxyAdds(t *testing.T) {
	for name, row := range map[string]struct {
		origin, host string
		want         bool
	}{
		"as it is":                      {"https://chat.example.com", "chat.example.com", true},
		"the port of https added":       {"https://chat.example.com", "chat.example.com:443", true},
		"the port of http added":        {"http://chat.example.com", "chat.example.com:80", true},
		"the port of http, but TLS":     {"https://chat.example.com", "chat.example.com:80", false},
		"another port":                  {"https://chat.example.com", "chat.example.com:8443", false},
		"$host, which has no port":      {"https://chat.example.com:8443", "chat.example.com", false},
		"other letters":                 {"https://chat.example.com", "Chat.Example.com:443", true},
		"an address":                    {"http://[::1]:3000", "[0:0:0:0:0:0:0:1]:3000", true},
		"the node's own address":        {"https://chat.example.com", "10.0.0.11:3000", false},
		"an app":                        {"capacitor://localhost", "localhost:443", false},
		"null":                          {"null", "null", false},
		"no host":                       {"https://chat.example.com", "", false},
		"the host within another":       {"https://chat.example.com.evil.example", "chat.example.com", false},
		"a user that looks like a host": {"https://chat.example.com@evil.example", "chat.example.com", false},
	} {
		require.Equal(t, row.want, Allowed(row.origin, row.host, false, nil), name)
		require.True(t, Allowed(row.origin, row.host, false, []string{"*"}), name)
	}
}

func TestAllowedByName(t *testing.T) {
	const host = "10.0.0.11:3000"
	allowed := []string{"https://chat.example.com", "null", "capacitor://localhost"}
	for origin, want := range map[string]bool{
		"https://chat.example.com": true, "https://Chat.example.com:443": true, "null": true, "capacitor://localhost": true,
		"http://chat.example.com": false, "https://example.com": false, "ionic://localhost": false, "https://%": false,
	} {
		require.Equal(t, want, Allowed(origin, host, false, allowed), origin)
	}
}

// Whoever sits on the way can write a page that comes without TLS.
func TestPageWithoutTLSIsAnotherSiteForANodeWithIt(t *testing.T) {
	const host = "chat.example.com"
	for origin, want := range map[string]bool{
		"https://chat.example.com": true, "HTTPS://Chat.Example.com:443": true,
		"http://chat.example.com": false, "http://chat.example.com:443": false, "capacitor://chat.example.com": false,
	} {
		require.Equal(t, want, Allowed(origin, host, true, nil), origin)
		require.True(t, Allowed(origin, host, true, []string{All}), origin)
	}
	require.True(t, Allowed("http://chat.example.com", host, true, []string{"http://chat.example.com"}), "unless it is allowed by name")
}
