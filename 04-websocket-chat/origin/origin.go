package origin

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// All stands for every origin in a list of those that are allowed.
const All = "*"

// own are the schemes of pages, with the port that a browser leaves out.
var own = map[string]string{"http": "80", "https": "443"}

// foreign are schemes of apps that show pages of their own. Extensions of browsers have more; they end in -extension.
// Another word may be a slip of the pen, which would allow nobody and say nothing.
var foreign = []string{"app", "capacitor", "ionic", "tauri", "vscode-webview"}

// Canonical is an origin as a browser writes it: in small letters, without the port
// that its scheme has anyway, an IPv6 address in its short form. All and null, which is
// a page without an origin, stay as they are. The error says what to write instead.
func Canonical(s string) (string, error) {
	if s == All || s == "null" {
		return s, nil
	}
	u, err := url.Parse(s)
	switch {
	case strings.Contains(s, "*"):
		return "", fmt.Errorf("allowed origin %q: a pattern is the origin of no page: name each, or write * for all", harmless.Value(s))
	case strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
		return "", fmt.Errorf("allowed origin %q: browsers say it in ASCII letters, as xn--…: copy what location.origin is in the browser's console", harmless.Value(s))
	case err != nil || strings.TrimSuffix(s, "/") != rawScheme(s)+"://"+u.Host || // a path, a user, a query: no browser sends them
		!frame.ValidPort(u):
		return "", wrong(s)
	}
	host, port, ok := canonicalHost(u.Hostname()), u.Port(), true
	standard, ofPages := own[u.Scheme]
	if ok = ofPages || slices.Contains(foreign, u.Scheme) || strings.HasSuffix(u.Scheme, "-extension"); !ok || host == "" {
		return "", wrong(s)
	}
	if port != "" {
		n, _ := strconv.Atoi(port) // ValidPort has read it; 0443 is 443
		port = strconv.Itoa(n)
	}
	if port == "" || port == standard {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

func wrong(s string) error {
	return fmt.Errorf("allowed origin %q: want scheme and host, as in https://chat.example.com, or * (of an app, as capacitor://localhost; or null)", harmless.Value(s))
}

// rawScheme is the scheme in the letters that somebody has written.
func rawScheme(s string) string {
	scheme, _, _ := strings.Cut(s, "://")
	return scheme
}

// name is a host's name as browsers take it. An underscore is in no domain that can be
// bought, and in many that are used inside.
var name = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$`)

// numeric is the last part of what a browser takes for an IPv4 address.
var numeric = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)\.?$`)

// canonicalHost is a host as browsers write it, or "" if they would not.
func canonicalHost(host string) string {
	host = strings.ToLower(host)
	if strings.Contains(host, ":") {
		ip, err := netip.ParseAddr(host)
		switch {
		case err != nil || ip.Zone() != "":
			return ""
		case ip.Is4In6(): // Go writes its end as IPv4 does
			b := ip.As16()
			return fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15]))
		}
		return "[" + ip.String() + "]"
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String()
	}
	if !name.MatchString(host) || numeric.MatchString(host) {
		return ""
	}
	return host
}

// Allowed reports whether a page of that origin may connect to the host of a request:
// it comes from that host, or is among those that are allowed, which are canonical. A
// proxy that ends TLS does not change the host, but may add the standard port.
//
// byTLS: the request itself came by TLS. Then a page of that host that came without is another site: whoever sits on the
// way could have written it.
func Allowed(origin, host string, byTLS bool, allowed []string) bool {
	scheme := strings.ToLower(rawScheme(origin))
	if (!byTLS || scheme == "https") && sameHost(origin, scheme, host) {
		return true
	}
	canonical, err := Canonical(origin)
	return err == nil && slices.Contains(allowed, canonical) || slices.Contains(allowed, All)
}

func sameHost(origin, scheme, host string) bool {
	u, err := url.Parse(origin)
	if err == nil && u.Host != "" && strings.EqualFold(u.Host, host) {
		return true
	}
	if _, ofPages := own[scheme]; !ofPages {
		return false
	}
	canonical, err := Canonical(origin)
	if err != nil {
		return false
	}
	same, err := Canonical(scheme + "://" + host)
	return err == nil && same == canonical
}
