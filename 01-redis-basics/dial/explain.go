package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/keypair"
)

// Explain makes a sentence of an error that a client with these options has had:
// what it means, and what to do. It follows the words for what was tried and where:
//
//	publish to 127.0.0.1:6379: a password is wanted: set REDIS_PASSWORD, and …
//
// Diagnose has the same answer for both errors, with one exception: TLS on one side
// only. In that case the server does not answer, or only ends the connection. So
// Explain asks the server, for a second at most, or as long as a dial may take if
// that is longer. The result is ErrTLS, which Diagnose calls NotRedis, a mistake.
// Without options Explain asks nobody.
func Explain(ctx context.Context, o *redis.Options, err error) error {
	if err == nil {
		return nil
	}
	if cause := oneSided(ctx, o, err); cause != nil {
		return cause
	}
	said := root(err).Error()
	if answer, ok := errors.AsType[redis.Error](err); ok {
		said = answer.Error() // without what goes before it
	} else if refused, ok := errors.AsType[*Refused](err); ok {
		said = refused.Answer
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		said = dial.Err.Error() // without the address, which the sentence has
	}
	return &explained{sentence(err, said), err}
}

// root is the first error of a chain, without the texts that its callers put before it.
func root(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}

// explained is an error with the words that people read instead.
type explained struct {
	sentence string
	cause    error
}

func (e *explained) Error() string { return e.sentence }
func (e *explained) Unwrap() error { return e.cause }

func sentence(err error, said string) string {
	switch Diagnose(err) {
	case NobodyThere:
		if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
			return fmt.Sprintf("there is no host of that name (%s)", said)
		} else if ok {
			return fmt.Sprintf("the name cannot be looked up now (%s)", said)
		}
		return fmt.Sprintf("nobody answers there: start Redis there, or give another address (%s)", said)
	case NoDescriptor:
		return fmt.Sprintf("no file descriptor is left for a connection: raise the limit (ulimit -n; LimitNOFILE in a service), or let fewer clients in (%s)", said)
	case NoAnswer:
		return fmt.Sprintf("no answer in time: it is frozen or overloaded, or it is not Redis (%s)", said)
	case ConnectionEnded:
		return fmt.Sprintf("it closed the connection without an answer: is it Redis, and does it take more clients? (%s)", said)
	case CredentialsRefused:
		return fmt.Sprintf("%s (%s)", aboutCredentials(said), said)
	case NotPermitted:
		return fmt.Sprintf("the user may not do this: give it the right, or set another REDIS_USERNAME (%s)", said)
	case NotRedis:
		return fmt.Sprintf("%s (%s)", aboutNotRedis(err), said)
	case ErrorAnswer:
		return aboutAnswer(said)
	}
	return said
}

func aboutCredentials(answer string) string {
	switch {
	case strings.HasPrefix(answer, "NOAUTH"):
		return "a password is wanted: set REDIS_PASSWORD, and REDIS_USERNAME if the server has users"
	case strings.HasPrefix(answer, tooManyForAuth):
		return "a server this old knows no users, which came with Redis 6: set REDIS_PASSWORD alone, without REDIS_USERNAME"
	case strings.HasPrefix(answer, "ERR AUTH"), strings.HasPrefix(answer, "ERR Client sent AUTH"):
		return "no password is wanted: leave REDIS_PASSWORD away"
	}
	return "user or password is not accepted: correct REDIS_USERNAME and REDIS_PASSWORD"
}

func aboutNotRedis(err error) string {
	if why := keypair.WhyNotTrusted(err); why != "" {
		return why
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && strings.HasSuffix(operation.Op, "error") {
		return aboutAlert(operation.Err.Error())
	}
	return "this does not answer as Redis does: give the address of a Redis server"
}

// aboutAlert knows the alerts of TLS by their text: Go gives them no type. A server that wants a certificate and gets
// none says so since TLS 1.3; before, that is a bad certificate, or a handshake that failed.
func aboutAlert(alert string) string {
	switch {
	case strings.Contains(alert, "certificate required"):
		return "it lets in only those who show a certificate: set REDIS_CERT and REDIS_KEY, or in Redis tls-auth-clients no"
	case strings.Contains(alert, "certificate"):
		return "it does not accept our certificate: set REDIS_CERT and REDIS_KEY to one that is good today, and signed by somebody in Redis' tls-ca-cert-file"
	}
	return "it refuses our TLS: it may want a certificate (REDIS_CERT and REDIS_KEY), or another version of TLS"
}

func aboutAnswer(answer string) string {
	switch code, _, _ := strings.Cut(answer, " "); code {
	case "READONLY":
		return fmt.Sprintf("this is a replica: give the address of its master (%s)", answer)
	case "MOVED", "CLUSTERDOWN":
		return fmt.Sprintf("this is a node of a Redis Cluster: give the address of a server that is alone (%s)", answer)
	case "DENIED":
		answer, _, _ = strings.Cut(answer, ". ") // its own advice takes a thousand letters more
		return fmt.Sprintf("it lets in only clients of its own machine: give it a password (requirepass), and us REDIS_PASSWORD (%s)", answer)
	}
	if strings.HasPrefix(answer, "ERR max number of clients") {
		return fmt.Sprintf("it has as many clients as it takes: raise its maxclients, or end some (%s)", answer)
	}
	return "the server answers: " + answer
}

// oneSided is an error when one side speaks TLS and the other does not. Redis
// does not refuse a TLS greeting: it takes it for the beginning of a line, and
// waits for the rest. A port for TLS ends the connection without a word.
func oneSided(ctx context.Context, o *redis.Options, err error) error {
	if o == nil {
		return nil
	}
	trouble, tlsHere := Diagnose(err), o.TLSConfig != nil
	if trouble != ConnectionEnded && trouble != NotRedis && (trouble != NoAnswer || !tlsHere) {
		return nil
	}
	if errors.Is(err, ErrTLS) {
		return err
	}
	// Often the context has ended: that is why there was no answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(time.Second, o.DialTimeout))
	defer cancel()
	switch {
	case tlsHere && speaksPlain(ctx, o.Addr):
		return fmt.Errorf("%w, ours: leave REDIS_TLS away, or give the server's port for TLS", ErrTLS)
	case !tlsHere && speaksTLS(ctx, o.Addr):
		return fmt.Errorf("%w, the server's: set REDIS_TLS=true, if it is Redis", ErrTLS)
	}
	return nil
}
