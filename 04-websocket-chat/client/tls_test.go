package client

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

// secured is the URL of a node that shows this certificate.
func secured(t *testing.T, pair certtest.Certificate) string {
	t.Helper()
	server := httptest.NewUnstartedServer(chattest.ScriptedNode(echo))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair.Certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// What SSL_CERT_FILE names is trusted: the tests of the line client show it, as Go reads that variable once.
func TestNodeWhoseCertificateDoesNotHoldIsLeftWithASentence(t *testing.T) {
	authority := certtest.NewAuthority(t)
	plain := chattest.Scripted(t, echo)
	for name, row := range map[string]struct{ url, says string }{
		"signed by nobody we know": {secured(t, authority.Issue(time.Hour, "127.0.0.1")), "its certificate is not trusted here: make this machine trust whoever signed it"},
		"no TLS there":             {strings.Replace(plain, "http", "https", 1), "this node speaks no TLS: write http:// or ws://"},
	} {
		_, err := Dial(t.Context(), row.url, DialOptions{})
		_, ofTLS := errors.AsType[*TLSError](err)
		require.True(t, ofTLS, "%s: %v", name, err)
		require.ErrorContains(t, err, row.says, name)
		require.ErrorContains(t, err, "dial wss://127.0.0.1:", name)
	}
}

func TestHTTPSpokenToTLSIsRefusedWithWhatToWrite(t *testing.T) {
	url := secured(t, certtest.NewAuthority(t).Issue(time.Hour, "127.0.0.1"))
	_, err := Dial(t.Context(), strings.Replace(url, "https", "http", 1), DialOptions{})
	refused, ok := errors.AsType[*RefusedError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "this node speaks TLS: write https:// or wss://", refused.Text)
}
