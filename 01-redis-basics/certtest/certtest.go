// Package certtest makes certificates for tests: an authority that nobody
// trusts unless told to, and what it signs.
package certtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority signs certificates.
type Authority struct {
	File string // its own certificate, as PEM

	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority whose files are gone at the test's end.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{t: t}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "an authority of a test"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key = a.sign(template, time.Hour)
	a.File = a.save("ca.crt", "CERTIFICATE", a.cert.Raw)
	return a
}

// Certificate is one of a server's, also as files.
type Certificate struct {
	tls.Certificate
	CertFile, KeyFile string
}

// Issue signs a certificate for names and addresses that is good for so long;
// less than 0: it has expired.
func (a *Authority) Issue(valid time.Duration, names ...string) Certificate {
	a.t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "a server of a test"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, // a replica is a client, too
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	cert, key := a.sign(template, valid)
	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	a.must(err)
	c := Certificate{CertFile: a.save("server.crt", "CERTIFICATE", cert.Raw), KeyFile: a.save("server.key", "PRIVATE KEY", keyBytes)}
	c.Certificate, err = tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	a.must(err)
	return c
}

// sign completes a certificate; the authority's own it signs itself.
func (a *Authority) sign(c *x509.Certificate, valid time.Duration) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	c.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	a.must(err)
	c.NotBefore, c.NotAfter = time.Now().Add(-24*time.Hour), time.Now().Add(valid)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	a.must(err)
	cert, err := x509.ParseCertificate(raw)
	a.must(err)
	return cert, key
}

func (a *Authority) save(name, kind string, content []byte) (path string) {
	a.t.Helper()
	path = filepath.Join(a.t.TempDir(), name) // a new folder each time
	a.must(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
	return path
}

func (a *Authority) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}
