package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
)

// hosts lets requests through whose Host is a name of this node.
//
// A page of another site, evil.example, may let its name lead to 127.0.0.1 once the page is there (DNS rebinding). From then on
// the browser takes this node for a part of that site, and lets the page read and write: Origin and Host are the same,
// and both are evil.example. Only the name tells. So a node on loopback answers under the names of loopback, which
// nobody else can have, and one that others can reach under those that its operator lists.
type hosts struct {
	names []string // besides those of loopback
	next  http.Handler
	log   *slog.Logger
	warn  rate.Sometimes
}

// AllowHosts wraps what a listener serves. Without names, a listener that is not on loopback answers under any: nobody
// but the operator knows what it is called. That holds also for what reaches it over loopback, as a proxy on the same
// machine hands on the name that clients use.
func AllowHosts(names []string, l net.Listener, next http.Handler, log *slog.Logger) http.Handler {
	if slices.Contains(names, "*") || len(names) == 0 && !onLoopback(l) {
		return next
	}
	h := &hosts{next: next, log: log, warn: rate.Sometimes{Interval: 10 * time.Second}}
	for _, name := range names {
		h.names = append(h.names, cmdline.HostName(bracketed(name)))
	}
	return h
}

func onLoopback(l net.Listener) bool {
	addr, ok := l.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

// ServeHTTP implements http.Handler. Load balancers ask /healthz and /readyz by an address, or by no name at all; there
// is nothing to read in the answers that a page could use.
func (h *hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := cmdline.HostName(r.Host)
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || cmdline.IsLoopback(name) || slices.Contains(h.names, name) {
		h.next.ServeHTTP(w, r)
		return
	}
	shown := "that name"
	if name != "" && len(name) <= 255 {
		shown = harmless.Text(name)
	}
	why := fmt.Errorf("this node does not answer under %s: on its own machine it is localhost; its operator can allow other names (ALLOWED_HOSTS)", shown)
	h.warn.Do(func() {
		h.log.Warn("refused a request under a name that is not allowed", "host", shown, "from", r.RemoteAddr, "do", "if it is a name of this node, add it to ALLOWED_HOSTS")
	})
	http.Error(w, why.Error(), http.StatusMisdirectedRequest)
}

// hosts sets the names under which a node answers.
func (c *Config) hosts(s string) error {
	for _, name := range list(s) {
		if name != "*" && cmdline.CheckHost(strings.Trim(name, "[]")) != nil {
			return errors.New("want names and addresses alone, without scheme and port, as in chat.example.com,10.0.0.5, or *")
		}
		c.AllowedHosts = append(c.AllowedHosts, name)
	}
	return nil
}

// bracketed is an IPv6 address as it stands in a Host header, and any other name as it is.
func bracketed(name string) string {
	if strings.Contains(name, ":") && !strings.HasPrefix(name, "[") {
		return "[" + name + "]"
	}
	return name
}
