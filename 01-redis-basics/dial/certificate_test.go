package dial_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// wantsCertificates starts a server that lets in only those who have a certificate of the authority.
func wantsCertificates(t *testing.T, authority *certtest.Authority) (addr string) {
	t.Helper()
	redistest.NeedsTLS(t)
	addr = redistest.Nobody(t)
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	cert := authority.Issue(time.Hour, "127.0.0.1")
	redistest.Process(t, launch.ProcessOptions{Args: []string{
		"--tls-port", port, "--tls-cert-file", cert.CertFile, "--tls-key-file", cert.KeyFile, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", "yes",
	}})
	return addr
}

func trusting(t *testing.T, authority *certtest.Authority) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
}

// The server says so when the client thinks that it is through: what the client sends meanwhile may meet a connection
// that is closed. So each way is tried some times.
func TestServerThatWantsACertificateIsShownOne(t *testing.T) {
	logging.Disable()
	t.Cleanup(logging.Enable)
	authority := certtest.NewAuthority(t)
	addr := wantsCertificates(t, authority)
	ours, foreign := authority.Issue(time.Hour, "client"), certtest.NewAuthority(t).Issue(time.Hour, "client")
	for name, row := range map[string]struct {
		certificate *certtest.Certificate
		version     uint16
		says        string
	}{
		"ours":              {&ours, tls.VersionTLS13, ""},
		"ours, in TLS 1.2":  {&ours, tls.VersionTLS12, ""},
		"none":              {nil, tls.VersionTLS13, "it lets in only those who show a certificate: set REDIS_CERT and REDIS_KEY, or in Redis tls-auth-clients no ("},
		"none, in TLS 1.2":  {nil, tls.VersionTLS12, "it refuses our TLS: it may want a certificate (REDIS_CERT and REDIS_KEY), or another version of TLS ("},
		"somebody else's":   {&foreign, tls.VersionTLS13, "it does not accept our certificate: set REDIS_CERT and REDIS_KEY to one that is good today, and signed by somebody in Redis' tls-ca-cert-file ("},
		"else's in TLS 1.2": {&foreign, tls.VersionTLS12, "it does not accept our certificate: "},
	} {
		login := dial.Login{TLS: trusting(t, authority)}
		login.TLS.MaxVersion = row.version
		if row.certificate != nil {
			require.NoError(t, login.SetCertificate(row.certificate.CertFile, row.certificate.KeyFile))
		}
		options := login.Options(addr)
		options.DialTimeout, options.ReadTimeout, options.WriteTimeout = patience, patience, patience
		for range 50 {
			client := redis.NewClient(options)
			err := client.Ping(t.Context()).Err()
			client.Close()
			if row.says == "" {
				require.NoError(t, err, name)
				continue
			}
			require.Equal(t, dial.NotRedis, dial.Diagnose(err), "%s: %v", name, err)
			require.ErrorContains(t, dial.Explain(t.Context(), nil, err), row.says, name)
		}
	}
}
