package proxies

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/workbook/workspace"
)

// site is the name under which the documented files serve the chat.
const site = "chat.example.com"

// kind is a proxy that docs/proxies.md has a file for.
type kind struct {
	name string
	file string // from the repository's root
	// place says what stands in the file, and what a test puts there: a free port, a folder of its own, and the patience
	// that a machine needs on which everything takes its time.
	place func(t *testing.T, p places) []string
	// command starts it in the foreground.
	command func(file string, p places) *exec.Cmd
	// reload has it read its file anew.
	reload func(t *testing.T, p *proxy)
	// reloaded reports whether it has.
	reloaded func(p *proxy) bool
}

// places are where a proxy of a test listens, finds its files and its nodes.
type places struct {
	dir         string
	http, https string // host:port
	admin       string // host:port, for a proxy that is asked by HTTP to read its file anew
	cert        certtest.Certificate
	nodes       []string
}

var kinds = []kind{nginx, haproxy, caddy}

// proxy is one that runs.
type proxy struct {
	*process
	kind  kind
	https string // host:port
	http  string
	roots *x509.CertPool
	file  string
	place places

	reloads int // how often it was asked to read its file anew
}

// each runs a test behind each proxy that is here.
func each(t *testing.T, test func(t *testing.T, k kind)) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			need(t, k)
			t.Parallel()
			test(t, k)
		})
	}
}

// need skips a test where its proxy is missing.
func need(t *testing.T, k kind) {
	t.Helper()
	redistest.NeedsProgram(t, k.name, "REQUIRE_PROXIES", k.file+" is not run")
}

// before starts the proxy with the documented file in front of the nodes, and returns when it answers.
func (k kind) before(t *testing.T, nodes ...*node) *proxy {
	t.Helper()
	return k.with(t, "", "", nodes...)
}

// with is before, with a mistake in the file: old has become new.
func (k kind) with(t *testing.T, old, new string, nodes ...*node) *proxy {
	t.Helper()
	authority := certtest.NewAuthority(t)
	cert := authority.Issue(time.Hour, site)
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	for {
		p := &proxy{kind: k, roots: roots}
		p.place = places{dir: t.TempDir(), http: free(t), https: free(t), admin: free(t), cert: cert}
		for _, n := range nodes {
			p.place.nodes = append(p.place.nodes, n.addr)
		}
		p.http, p.https = p.place.http, p.place.https
		p.file = filepath.Join(p.place.dir, filepath.Base(k.file))
		p.write(t, old, new)
		p.process = start(t, k.command(p.file, p.place), (*process).terminate)
		answers := func() bool { return p.hasEnded() || p.answers() }
		require.Eventually(t, answers, patience, tick)
		if !p.hasEnded() {
			return p
		}
		// Somebody else was faster to take one of the ports.
		require.Regexp(t, `(?i)address already in use|cannot bind`, p.log.String())
	}
}

// write writes the documented file, with this test's places in it, and old as new.
func (p *proxy) write(t *testing.T, old, new string) {
	t.Helper()
	root, err := workspace.Root(".")
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(root, p.kind.file))
	require.NoError(t, err)
	text := string(source)
	pairs := p.kind.place(t, p.place)
	if old != "" {
		pairs = append([]string{old, new}, pairs...)
	}
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i], "%s has changed: what is replaced for the test?", p.kind.file)
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	require.NoError(t, os.WriteFile(p.file, []byte(text), 0o600))
}

// answers reports whether this proxy listens, and nobody else at its port: it has this test's certificate.
func (p *proxy) answers() bool {
	dialer := net.Dialer{Timeout: patience}
	conn, err := tls.DialWithDialer(&dialer, "tcp", p.https, &tls.Config{RootCAs: p.roots, ServerName: site})
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// given are the addresses that free has returned: tests run side by side.
var given sync.Map

// free is an address of this machine where nobody listens at the moment, and that no other test has got.
func free(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := l.Addr().String()
		require.NoError(t, l.Close())
		if _, taken := given.LoadOrStore(addr, true); !taken {
			return addr
		}
	}
}
