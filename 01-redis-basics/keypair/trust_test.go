package keypair_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/keypair"
)

func TestWhyACertificateDoesNotHold(t *testing.T) {
	authority := certtest.NewAuthority(t)
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(pem))
	for want, shown := range map[string]certtest.Certificate{
		"": authority.Issue(time.Hour, "localhost"),
		"its certificate is for another name: give the address by that name":                                                       authority.Issue(time.Hour, "chat.example.com"),
		"its certificate is not good today: it needs a new one, or this machine's clock is wrong":                                  authority.Issue(-time.Hour, "localhost"),
		"its certificate is not trusted here: make this machine trust whoever signed it; on Linux SSL_CERT_FILE can name the file": certtest.NewAuthority(t).Issue(time.Hour, "localhost"),
	} {
		ours, theirs := net.Pipe()
		go func() {
			_ = tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{shown.Certificate}}).Handshake() // the client says why
		}()
		client := tls.Client(ours, &tls.Config{ServerName: "localhost", RootCAs: trusted, MaxVersion: tls.VersionTLS12}) // a pipe holds nothing that comes later
		require.Equal(t, want, keypair.WhyNotTrusted(client.Handshake()))
		ours.Close()
		theirs.Close()
	}
	require.Empty(t, keypair.WhyNotTrusted(errors.New("something else")))
	require.Empty(t, keypair.WhyNotTrusted(nil))
}
