package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// withTLS is a proxy in front of a server that speaks TLS with its clients.
func withTLS(t *testing.T, server string, config *tls.Config) (addr string) {
	t.Helper()
	return redistest.Listen(t, func(conn net.Conn) {
		redis, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		client := tls.Server(conn, config)
		var back sync.WaitGroup
		back.Go(func() { _, _ = io.Copy(client, redis); _ = client.Close() })
		_, _ = io.Copy(redis, client)
		_ = redis.Close()
		back.Wait()
	})
}

func with(c certtest.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.Certificate}}
}

// trusts skips where it is not a file that says whom a program trusts.
func trusts(t *testing.T, authority *certtest.Authority) (variable string) {
	t.Helper()
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("which certificates are trusted is the system's matter here; on Linux SSL_CERT_FILE tells the node")
	}
	return "SSL_CERT_FILE=" + authority.File
}

func TestTLSIsSpokenWithBothServers(t *testing.T) {
	authority := certtest.NewAuthority(t)
	trust := trusts(t, authority)
	server := redistest.Start(t).Options().Addr
	addr := withTLS(t, server, with(authority.Issue(time.Hour, "127.0.0.1")))
	start(t, append(at(addr, addr), "REDIS_TLS=true", trust)...).awaitReady()

	named := withTLS(t, server, with(authority.Issue(time.Hour, "localhost")))
	_, port := address(named)
	start(t, append(at("localhost:"+port, "localhost:"+port), "REDIS_TLS=true", trust)...).awaitReady()
}

// A certificate that does not hold is a mistake: nobody is there to talk to.
func TestCertificateThatDoesNotHoldEndsTheProgramWith1(t *testing.T) {
	authority := certtest.NewAuthority(t)
	trust := trusts(t, authority)
	server := redistest.Start(t).Options().Addr
	good := withTLS(t, server, with(authority.Issue(time.Hour, "127.0.0.1")))
	expired := withTLS(t, server, with(authority.Issue(-time.Minute, "127.0.0.1")))
	other := withTLS(t, server, with(authority.Issue(time.Hour, "redis.example.com", "10.0.0.1")))
	forged := withTLS(t, server, with(certtest.NewAuthority(t).Issue(time.Hour, "127.0.0.1")))
	ours := with(authority.Issue(time.Hour, "127.0.0.1"))
	ours.ClientAuth = tls.RequireAnyClientCert
	both := withTLS(t, server, ours)
	for name, row := range map[string]struct {
		env      []string
		wrong    string // the server that the error names
		sentence string
	}{
		"signed by nobody we know":         {at(good, good), good, "unknown authority"},
		"signed by somebody else":          {append(at(forged, good), trust), forged, "unknown authority"},
		"expired":                          {append(at(expired, good), trust), expired, "expired"},
		"expired, at the replica":          {append(at(good, expired), trust), expired, "expired"},
		"for another host":                 {append(at(other, good), trust), other, "127.0.0.1"},
		"for another host, at the replica": {append(at(good, other), trust), other, "127.0.0.1"},
		"and ours is wanted":               {append(at(both, good), trust), both, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			exit, sentence := runToEnd(t, append(row.env, "REDIS_TLS=true"))
			require.Equal(t, 1, exit)
			require.Contains(t, sentence, row.wrong)
			require.Contains(t, sentence, row.sentence)
			t.Log(sentence)
		})
	}
}

// A server may want to see whom it lets in.
func TestNodeShowsRedisACertificateOfItsOwn(t *testing.T) {
	authority := certtest.NewAuthority(t)
	trust := trusts(t, authority)
	server := redistest.Start(t).Options().Addr
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	strict := with(authority.Issue(time.Hour, "127.0.0.1"))
	strict.ClientAuth, strict.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
	require.True(t, strict.ClientCAs.AppendCertsFromPEM(pem))
	addr := withTLS(t, server, strict)
	env := append(at(addr, addr), "REDIS_TLS=true", trust)
	ours := authority.Issue(time.Hour, "n1")
	n := start(t, append(env, "REDIS_CERT="+ours.CertFile, "REDIS_KEY="+ours.KeyFile)...).awaitReady()
	_, metrics := fetch(t, n.url+"/metrics")
	require.Contains(t, metrics, ends("REDIS_CERT", ours))

	foreign := certtest.NewAuthority(t).Issue(time.Hour, "n1")
	exit, sentence := runToEnd(t, append(env, "REDIS_CERT="+foreign.CertFile, "REDIS_KEY="+foreign.KeyFile))
	require.Equal(t, 1, exit)
	require.Contains(t, sentence, addr+": it does not accept our certificate: set REDIS_CERT and REDIS_KEY to one that is good today")
}

func TestCertificateThatCannotBeUsedEndsTheProgram(t *testing.T) {
	authority := certtest.NewAuthority(t)
	good, expired := authority.Issue(time.Hour, "n1"), authority.Issue(-time.Minute, "n1")
	for _, row := range []struct {
		env  []string
		exit int
		says string
	}{
		{[]string{"REDIS_TLS=true", "REDIS_KEY=" + good.KeyFile}, 2, "node: REDIS_KEY is given without REDIS_CERT: a key needs its certificate"},
		{[]string{"REDIS_CERT=" + good.CertFile, "REDIS_KEY=" + good.KeyFile}, 2, "node: REDIS_CERT is given without TLS: set REDIS_TLS=true"},
		{[]string{"REDIS_TLS=true", "REDIS_CERT=no-such-file", "REDIS_KEY=" + good.KeyFile}, 1, "node: read REDIS_CERT no-such-file: "},
		{[]string{"REDIS_TLS=true", "REDIS_CERT=" + expired.CertFile, "REDIS_KEY=" + expired.KeyFile}, 1, "node: the certificate in REDIS_CERT " + expired.CertFile + " has ended at "},
		{[]string{"TLS_CERT=" + good.CertFile}, 2, "node: TLS_CERT is given without TLS_KEY: a certificate needs its key"},
		{[]string{"TLS_CERT=" + good.CertFile, "TLS_KEY=" + expired.KeyFile}, 1, "are no certificate with its key: private key does not match public key"},
	} {
		exit, sentence := runToEnd(t, row.env)
		require.Equal(t, row.exit, exit, sentence)
		require.Contains(t, sentence, row.says)
	}
}

// The page, its WebSocket and what monitors it: all of it at one port, and nothing there without TLS.
func TestNodeSpeaksTLSWithItsClients(t *testing.T) {
	authority := certtest.NewAuthority(t)
	server := redistest.Start(t).Options().Addr
	pair := authority.Issue(time.Hour, "127.0.0.1")
	p := start(t, append(at(server, server), "TLS_CERT="+pair.CertFile, "TLS_KEY="+pair.KeyFile)...)
	p.awaitLog(`msg="clients connect by https:// and wss://" certificate=(\S+)`)
	trusts := believing(t, authority)
	require.Eventually(t, func() bool { status, _ := fetchTLS(t, p.url+"/readyz", trusts); return status == http.StatusOK }, patience, 5*time.Millisecond)
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/metrics": 200, "/ws": 426} {
		status, _ := fetchTLS(t, p.url+path, trusts)
		require.Equal(t, want, status, path)
	}
	_, metrics := fetchTLS(t, p.url+"/metrics", trusts)
	require.Contains(t, metrics, ends("TLS_CERT", pair))
	require.NotContains(t, metrics, "REDIS_CERT")
	dialer := websocket.Dialer{TLSClientConfig: trusts}
	ws, _, err := dialer.Dial(strings.Replace(p.url, "http", "wss", 1)+"/ws", http.Header{"Origin": {strings.Replace(p.url, "http", "https", 1)}})
	require.NoError(t, err)
	defer ws.Close()
	_, welcome, err := ws.ReadMessage()
	require.NoError(t, err)
	require.Contains(t, string(welcome), "$welcome")
	status, sentence := fetch(t, p.url+"/metrics")
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "Client sent an HTTP request to an HTTPS server.\n", sentence)
}

// believing is for a client that trusts this authority.
func believing(t *testing.T, authority *certtest.Authority) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return &tls.Config{RootCAs: pool}
}

// fetchTLS is fetch over TLS, at the same address.
func fetchTLS(t *testing.T, url string, config *tls.Config) (status int, body string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	return fetchBy(t, &client, strings.Replace(url, "http:", "https:", 1))
}

// ends is what /metrics says of a certificate.
func ends(variable string, c certtest.Certificate) string {
	at := strconv.FormatFloat(float64(c.Leaf.NotAfter.Unix()), 'g', -1, 64)
	return `chat_certificate_not_after_timestamp_seconds{variable="` + variable + `"} ` + at + "\n"
}
