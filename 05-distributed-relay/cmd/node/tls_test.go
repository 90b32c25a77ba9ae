package main

import (
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

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
