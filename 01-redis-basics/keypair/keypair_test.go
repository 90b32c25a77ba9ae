package keypair_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/keypair"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNoFilesAreNoCertificate(t *testing.T) {
	pair, err := keypair.Load("TLS", "", "")
	require.NoError(t, err)
	require.Nil(t, pair)
}

func TestMistakeIsASentenceThatNamesVariableAndFile(t *testing.T) {
	authority := certtest.NewAuthority(t)
	good, other := authority.Issue(time.Hour, "localhost"), authority.Issue(time.Hour, "localhost")
	expired := authority.Issue(-time.Minute, "localhost")
	nonsense := filepath.Join(t.TempDir(), "nonsense.pem")
	require.NoError(t, os.WriteFile(nonsense, []byte("nonsense"), 0o600))
	for name, row := range map[string]struct {
		cert, key, says string
		usage           bool // a bad value; else a mistake in the world
	}{
		"no key":         {good.CertFile, "", "REDIS_CERT is given without REDIS_KEY: a certificate needs its key", true},
		"no certificate": {"", good.KeyFile, "REDIS_KEY is given without REDIS_CERT: a key needs its certificate", true},
		"no such file":   {good.CertFile, nonsense + "x", "read REDIS_KEY " + nonsense + "x: ", false},
		"a folder":       {filepath.Dir(nonsense), good.KeyFile, "read REDIS_CERT " + filepath.Dir(nonsense) + ": ", false},
		"no PEM":         {nonsense, good.KeyFile, "REDIS_CERT " + nonsense + " and REDIS_KEY " + good.KeyFile + " are no certificate with its key: ", false},
		"key of another": {good.CertFile, other.KeyFile, "private key does not match public key; give two PEM files that belong together", false},
		"swapped":        {good.KeyFile, good.CertFile, "are no certificate with its key", false},
		"expired":        {expired.CertFile, expired.KeyFile, "the certificate in REDIS_CERT " + expired.CertFile + " has ended at ", false},
	} {
		_, err := keypair.Load("REDIS", row.cert, row.key)
		require.ErrorContains(t, err, row.says, name)
		require.NotContains(t, err.Error(), "\n", name)
		_, usage := err.(*cmdline.Usage)
		require.Equal(t, row.usage, usage, name)
	}
	synctest.Test(t, func(t *testing.T) { // where it is the year 2000
		_, err := keypair.Load("TLS", good.CertFile, good.KeyFile)
		require.ErrorContains(t, err, "the certificate in TLS_CERT "+good.CertFile+" begins at ")
		require.ErrorContains(t, err, "look at this machine's clock")
	})
}

// renewed is a pair of files in use whose contents a test replaces.
type renewed struct {
	*testing.T
	*keypair.Files
	authority *certtest.Authority
	log       bytes.Buffer
	cert, key string
	first     []byte // the certificate at the start
}

func renewing(t *testing.T, valid time.Duration) *renewed {
	dir := t.TempDir()
	r := &renewed{T: t, authority: certtest.NewAuthority(t), cert: filepath.Join(dir, "c.pem"), key: filepath.Join(dir, "k.pem")}
	first := r.authority.Issue(valid, "localhost")
	r.first = first.Certificate.Certificate[0]
	r.put(first.CertFile, r.cert)
	r.put(first.KeyFile, r.key)
	var err error
	r.Files, err = keypair.Load("TLS", r.cert, r.key)
	require.NoError(t, err)
	r.Log = slog.New(slog.NewTextHandler(&r.log, nil))
	return r
}

// put replaces a file by another one, at once, as those do who renew certificates.
func (r *renewed) put(from, to string) {
	require.NoError(r, os.Rename(from, to))
}

// shown is the certificate of a handshake, a second later.
func (r *renewed) shown() []byte {
	time.Sleep(time.Second) // of the bubble's own time
	synctest.Wait()
	got, err := r.Server().GetCertificate(&tls.ClientHelloInfo{})
	require.NoError(r, err)
	return got.Certificate[0]
}

func TestNewFilesAreInUseWithoutARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := renewing(t, time.Hour)
		require.Equal(t, r.first, r.shown())
		require.Empty(t, r.log.String())
		next := r.authority.Issue(2*time.Hour, "localhost")
		r.put(next.CertFile, r.cert)
		for range 3 {
			require.Equal(t, r.first, r.shown(), "between the two files they do not fit: the old pair goes on")
		}
		require.Equal(t, 1, bytes.Count(r.log.Bytes(), []byte("\n")), "%s", &r.log)
		require.Contains(t, r.log.String(), "the new certificate cannot be used: the old one goes on")
		require.Contains(t, r.log.String(), "private key does not match")
		r.put(next.KeyFile, r.key)
		require.Equal(t, next.Certificate.Certificate[0], r.shown())
		require.Contains(t, r.log.String(), "a new certificate is in use")
		require.Equal(t, next.Leaf.NotAfter, r.Until())
		r.shown()
		require.Equal(t, 2, bytes.Count(r.log.Bytes(), []byte("\n")), "%s", &r.log)
	})
}

// The files may be written over, and a link may lead to others.
func TestEachWayToReplaceAFileIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := renewing(t, time.Hour)
		next := r.authority.Issue(time.Hour, "localhost")
		for from, to := range map[string]string{next.CertFile: r.cert, next.KeyFile: r.key} {
			text, err := os.ReadFile(from)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(to, text, 0o600))
			later := time.Now().Add(time.Minute)
			require.NoError(t, os.Chtimes(to, later, later)) // a disk's clock may be coarse
		}
		require.Equal(t, next.Certificate.Certificate[0], r.shown())

		linked := r.authority.Issue(time.Hour, "localhost")
		for from, to := range map[string]string{linked.CertFile: r.cert, linked.KeyFile: r.key} {
			require.NoError(t, os.Remove(to))
			if err := os.Symlink(from, to); err != nil {
				t.Skip("no links on this system:", err)
			}
		}
		require.Equal(t, linked.Certificate.Certificate[0], r.shown())

		behind := r.authority.Issue(time.Hour, "localhost")
		r.put(behind.CertFile, linked.CertFile)
		r.put(behind.KeyFile, linked.KeyFile)
		require.Equal(t, behind.Certificate.Certificate[0], r.shown(), "the link is the same, and leads elsewhere")
	})
}

func TestOldCertificateGoesOnWhateverBecomesOfTheFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := renewing(t, time.Hour)
		require.NoError(t, os.Remove(r.cert))
		require.Equal(t, r.first, r.shown())
		require.Contains(t, r.log.String(), "read TLS_CERT")
		expired := r.authority.Issue(-time.Minute, "localhost")
		r.put(expired.CertFile, r.cert)
		r.put(expired.KeyFile, r.key)
		require.Equal(t, r.first, r.shown())
		require.Contains(t, r.log.String(), "has ended")
		require.Equal(t, 2, bytes.Count(r.log.Bytes(), []byte("\n")), "%s", &r.log)
	})
}

func TestOperatorIsToldOnceThatTheCertificateHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := renewing(t, time.Minute)
		r.shown()
		require.Empty(t, r.log.String())
		time.Sleep(time.Minute)
		for range 3 {
			require.Equal(t, r.first, r.shown())
		}
		require.Equal(t, 1, bytes.Count(r.log.Bytes(), []byte("no longer good")), "%s", &r.log)
		require.Equal(t, 1, bytes.Count(r.log.Bytes(), []byte("\n")), "%s", &r.log)
	})
}

func TestHandshakesOfOneSecondLookAtTheFilesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := renewing(t, time.Hour)
		r.shown()
		next := r.authority.Issue(time.Hour, "localhost")
		r.put(next.CertFile, r.cert)
		r.put(next.KeyFile, r.key)
		got, err := r.Server().GetCertificate(&tls.ClientHelloInfo{})
		require.NoError(t, err)
		require.Equal(t, r.first, got.Certificate[0])
		require.Equal(t, next.Certificate.Certificate[0], r.shown())
	})
}
