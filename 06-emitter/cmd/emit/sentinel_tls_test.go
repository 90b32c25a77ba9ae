package main

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/client"
)

// sentinelTLS starts a Sentinel that speaks TLS to the master, and to all who show it a certificate. It returns the port for these.
func sentinelTLS(t *testing.T, authority *certtest.Authority, master string) string {
	t.Helper()
	cert := authority.Issue(time.Hour, "127.0.0.1")
	addr := redistest.Nobody(t)
	_, port, _ := net.SplitHostPort(addr)
	host, masterPort, _ := net.SplitHostPort(master)
	p := redistest.Process(t, launch.ProcessOptions{Sentinel: []string{
		"tls-port " + port, "tls-cert-file " + cert.CertFile, "tls-key-file " + cert.KeyFile, "tls-ca-cert-file " + authority.File,
		"tls-auth-clients yes", "tls-replication yes", fmt.Sprintf("sentinel monitor mymaster %s %s 1", host, masterPort),
	}})
	c := redis.NewSentinelClient(&redis.Options{Addr: p.Addr(), Protocol: 2})
	defer c.Close()
	require.Eventually(t, func() bool {
		m, err := c.Master(t.Context(), "mymaster").Result()
		return err == nil && m["flags"] == "master" && m["num-slaves"] == "1"
	}, patience, 5*time.Millisecond, "it does not reach the master by TLS")
	return addr
}

// The Sentinels let in only those who show a certificate, as the servers do: it is the same one.
func TestCertificateIsShownToSentinelsToo(t *testing.T) {
	redistest.NeedsTLS(t)
	if runtime.GOOS != "linux" {
		t.Skip("whom a program trusts is the system's matter here; on Linux SSL_CERT_FILE says it")
	}
	authority := certtest.NewAuthority(t)
	master := startTLS(t, authority, "", "yes")
	startTLS(t, authority, master, "yes")
	sentinel := sentinelTLS(t, authority, master)
	env := []string{"REDIS_TLS=true", "SSL_CERT_FILE=" + authority.File, "SENTINELS=" + sentinel}
	emits := func(says string, words ...string) { // again, as a Sentinel has one second to answer, and a busy machine takes longer
		t.Helper()
		require.Eventually(t, func() bool {
			out, _ := program(t, "emit", env, patiently(words...)...).CombinedOutput()
			return strings.Contains(string(out), says)
		}, patience, 5*time.Millisecond, says)
	}
	emits("emit: ask the Sentinel at "+sentinel+": it lets in only those who show a certificate: set REDIS_CERT and REDIS_KEY", "news")

	ours := authority.Issue(time.Hour, "a client of a test")
	env = append(env, "REDIS_CERT="+ours.CertFile, "REDIS_KEY="+ours.KeyFile)
	url, _ := startNode(t, env...)
	alice, err := client.Dial(t.Context(), url, client.DialOptions{Name: "alice"})
	require.NoError(t, err)
	defer alice.Close()
	emits("reached 1 of 1 replicas", "-wait", "1", "news", "to all")
	require.JSONEq(t, `"to all"`, next(t, alice, "news"))
}
