package main

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// withTLS is a door that speaks TLS, in front of a server; and its certificate,
// in a file.
func withTLS(t *testing.T, server string) (addr, certificate string) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	web.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				redis, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer redis.Close()
				go func() { _, _ = io.Copy(client, redis); _ = client.Close() }()
				_, _ = io.Copy(redis, client)
			}()
		}
	}()
	certificate = filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	require.NoError(t, os.WriteFile(certificate, text, 0o600))
	return l.Addr().String(), certificate
}

func TestTLSIsSpokenWithBothServers(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("which certificates are trusted is the system's matter here; on Linux SSL_CERT_FILE tells the node")
	}
	server := redistest.Start(t).Options().Addr
	addr, certificate := withTLS(t, server)
	start(t, append(at(addr, addr), "REDIS_TLS=true", "SSL_CERT_FILE="+certificate)...).awaitReady()

	// A certificate that nobody vouches for is a mistake.
	exit, sentence := runToEnd(t, append(at(addr, addr), "REDIS_TLS=true"))
	require.Equal(t, 1, exit)
	require.Contains(t, sentence, "certificate")
	require.Contains(t, sentence, addr)
}
