package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/keypair"
)

// Login is what a client needs to log in to a server. The zero value is for a server
// that lets everybody in, without TLS.
type Login struct {
	Username, Password string
	TLS                *tls.Config    // nil: none
	Certificate        *keypair.Files // in TLS, see SetCertificate; nil: none
}

// LoginFromEnv reads REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS, REDIS_CERT and REDIS_KEY by getenv,
// such as os.Getenv. The error names the variable and says what is wanted; cmdline.Exit tells a mistake in a value from
// a file that cannot be used.
func LoginFromEnv(getenv func(string) string) (Login, error) {
	l := Login{Username: getenv("REDIS_USERNAME"), Password: getenv("REDIS_PASSWORD")}
	if text := getenv("REDIS_TLS"); text != "" {
		if err := l.SetTLS(text); err != nil {
			return l, cmdline.Usagef("REDIS_TLS %q: %w", harmless.Value(text), err)
		}
	}
	return l, l.SetCertificate(getenv("REDIS_CERT"), getenv("REDIS_KEY"))
}

// SetTLS sets TLS by a word: true or false. It is for a flag.
func (l *Login) SetTLS(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("want true or false")
	}
	if l.TLS = nil; on {
		l.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return nil
}

// SetCertificate has our side show a certificate, too, from the files that REDIS_CERT and REDIS_KEY name: for a server
// that lets only those in who have one (tls-auth-clients). With neither it does nothing. Call it after SetTLS.
func (l *Login) SetCertificate(certFile, keyFile string) error {
	pair, err := keypair.Load("REDIS", certFile, keyFile)
	switch {
	case err != nil || pair == nil:
		return err
	case l.TLS == nil: // or a password would go out in clear, by whoever believes that this is TLS
		return cmdline.Usagef("REDIS_CERT is given without TLS: set REDIS_TLS=true")
	}
	pair.Client(l.TLS)
	l.Certificate = pair
	return nil
}

// Options are those of a client of the server at addr that tries once: see Once.
func (l Login) Options(addr string) *redis.Options {
	return Once(redis.Options{Addr: addr, Username: l.Username, Password: l.Password, TLSConfig: l.TLS})
}

// ErrTLS is in the error of a connection on which one side speaks TLS and the
// other does not.
var ErrTLS = errors.New("TLS is spoken on one side only")

// speaksPlain reports whether a server answers without TLS.
func speaksPlain(ctx context.Context, addr string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	answer := make([]byte, len("+PONG"))
	_, err = io.WriteString(conn, "*1\r\n$4\r\nPING\r\n")
	if err == nil {
		_, err = io.ReadFull(conn, answer)
	}
	return err == nil && (string(answer) == "+PONG" || answer[0] == '-') // -: it wants a password first
}

// speaksTLS reports whether a server answers a TLS greeting. It does not look at the
// certificate, because it says nothing to the server after that.
func speaksTLS(ctx context.Context, addr string) bool {
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err == nil {
		_ = conn.Close()
		return true
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "remote error" // it refuses us, in TLS
}
