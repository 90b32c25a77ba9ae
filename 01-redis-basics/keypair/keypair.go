package keypair

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

// Files are a certificate and its key. Load makes one.
type Files struct {
	Log *slog.Logger // of what becomes of the files later; default: none. Set it before the first handshake

	cert, key file
	pair      atomic.Pointer[tls.Certificate] // in use

	looking sync.Mutex // guards what follows
	looked  time.Time  // when the files were last looked at
	seen    [2]os.FileInfo
	told    map[string]string // the last trouble with the new and with the old pair, so that it is told once
}

// file is one of the two, with the variable that names it.
type file struct{ variable, path string }

func (f file) String() string { return f.variable + " " + f.path }

// Load reads a certificate and its key from the files that the variables prefix_CERT and prefix_KEY name, as TLS_CERT and
// TLS_KEY. With neither there is none: nil. One without the other is a *cmdline.Usage; a file that cannot be used, or a
// certificate that is not good today, is a mistake in the world.
func Load(prefix, certFile, keyFile string) (*Files, error) {
	f := &Files{cert: file{prefix + "_CERT", certFile}, key: file{prefix + "_KEY", keyFile}, looked: time.Now(), told: map[string]string{}}
	switch {
	case certFile == "" && keyFile == "":
		return nil, nil
	case keyFile == "":
		return nil, cmdline.Usagef("%s is given without %s: a certificate needs its key", f.cert.variable, f.key.variable)
	case certFile == "":
		return nil, cmdline.Usagef("%s is given without %s: a key needs its certificate", f.key.variable, f.cert.variable)
	}
	f.seen = f.stat()
	pair, err := f.read()
	if err != nil {
		return nil, err
	}
	f.pair.Store(pair)
	return f, nil
}

// Server is for a server that shows this certificate.
func (f *Files) Server() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current(), nil }}
}

// Client has a client show this certificate to a server that asks for one, whomever the server trusts: it says why
// if that is not enough. A client that showed none would only be told that there was none.
func (f *Files) Client(c *tls.Config) {
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return f.current(), nil }
}

// Until is when the certificate ends that is in use.
func (f *Files) Until() time.Time { return f.pair.Load().Leaf.NotAfter }

func (f *Files) read() (*tls.Certificate, error) {
	cert, err := f.cert.read()
	if err != nil {
		return nil, err
	}
	key, err := f.key.read()
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s are no certificate with its key: %s; give two PEM files that belong together, the key without a password",
			f.cert, f.key, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &pair, f.goodToday(&pair)
}

func (f file) read() ([]byte, error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		if why, ok := errors.AsType[*os.PathError](err); ok {
			err = why.Err // without the path, which is here already
		}
		return nil, fmt.Errorf("read %s: %w; name a file that this program may read", f, err)
	}
	return text, nil
}

// goodToday keeps a program from starting with what every other side will refuse.
func (f *Files) goodToday(pair *tls.Certificate) error {
	const day = "2006-01-02 15:04 MST"
	switch now := time.Now(); {
	case now.After(pair.Leaf.NotAfter):
		return fmt.Errorf("the certificate in %s has ended at %s: put a new one there", f.cert, pair.Leaf.NotAfter.UTC().Format(day))
	case now.Before(pair.Leaf.NotBefore):
		return fmt.Errorf("the certificate in %s begins at %s: wait until then, or look at this machine's clock", f.cert, pair.Leaf.NotBefore.UTC().Format(day))
	}
	return nil
}
