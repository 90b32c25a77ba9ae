package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// Trouble is why a command of go-redis got no reply to work with. The
// caller makes the sentence: the advice depends on what it wanted to do.
type Trouble int

// The kinds of trouble. CredentialsRefused, NotPermitted and NotRedis are
// mistakes, which waiting does not mend; the others may pass.
const (
	NoTrouble          Trouble = iota
	Canceled                   // by us: the context was canceled, or our client closed
	NobodyThere                // no connection: refused, no such host, no way there
	NoAnswer                   // not in time: frozen, overloaded, or it waits for us to go on
	ConnectionEnded            // closed or reset, before the reply or within it
	CredentialsRefused         // user or password are missing or wrong
	NotPermitted               // this user may not do this
	NotRedis                   // an answer in another protocol, or TLS that fails
	ErrorAnswer                // any other error that Redis answers: LOADING, READONLY …
	NoDescriptor               // no connection: this program, or the system, has as many files open as it may
	OtherTrouble               // none of these, such as a connection pool that has none free
)

var troubles = []string{
	"no trouble", "canceled", "nobody there", "no answer in time", "the connection ended",
	"the credentials are refused", "not permitted", "not Redis", "an error as answer", "no file descriptor", "other trouble",
}

func (t Trouble) String() string {
	if t < 0 || int(t) >= len(troubles) {
		return fmt.Sprintf("Trouble(%d)", int(t))
	}
	return troubles[t]
}

// Diagnose says what an error of go-redis is a sign of. The order counts, as an
// error can be of several kinds: a dial that took too long, for example.
func Diagnose(err error) Trouble {
	answer, answered := errors.AsType[redis.Error](err)
	refused, _ := errors.AsType[*Refused](err)
	operation, _ := errors.AsType[*net.OpError](err)
	network, _ := errors.AsType[net.Error](err)
	switch {
	case err == nil, errors.Is(err, redis.Nil): // no such key is an answer
		return NoTrouble
	case answered:
		return diagnoseAnswer(answer.Error())
	case refused != nil:
		return diagnoseAnswer(refused.Answer)
	case errors.Is(err, context.Canceled), errors.Is(err, redis.ErrClosed):
		return Canceled
	case notRedis(err, operation):
		return NotRedis
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return NoDescriptor
	case operation != nil && operation.Op == "dial" && !errors.Is(err, syscall.ECONNRESET): // reset so soon that the dial sees it
		return NobodyThere
	case errors.Is(err, context.DeadlineExceeded), network != nil && network.Timeout():
		return NoAnswer
	case network != nil, ended(err):
		return ConnectionEnded
	}
	return OtherTrouble
}

// ended reports whether an error is a sign that the connection is gone. go-redis looks at
// a connection by system calls of its own before it is used, and then hands over
// a bare syscall.Errno or *os.SyscallError, which is no net.Error.
func ended(err error) bool {
	_, system := errors.AsType[*os.SyscallError](err)
	_, number := errors.AsType[syscall.Errno](err)
	return system || number || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// notRedis knows go-redis' errors about replies by their text: they have no type.
func notRedis(err error, operation *net.OpError) bool {
	text := err.Error()
	for _, part := range []string{"redis: can't parse", "redis: invalid", "redis: got ", "redis: can't read raw reply", "redis: the length of"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	if errors.Is(err, ErrReply) || errors.Is(err, ErrTLS) || operation != nil && strings.HasSuffix(operation.Op, "error") { // "remote error", "local error": TLS alerts
		return true
	}
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	return plain || certificate
}

// ErrReply is for errors about a reply that is well formed and makes no sense:
// Diagnose takes them for NotRedis.
var ErrReply = errors.New("cannot make sense of the reply")

// tooManyForAuth is what a server before Redis 6 says to a user with a password: it
// has one password for all.
const tooManyForAuth = "ERR wrong number of arguments for 'auth' command"

func diagnoseAnswer(text string) Trouble {
	for _, prefix := range []string{"WRONGPASS", "NOAUTH", "ERR AUTH", "ERR Client sent AUTH", "ERR invalid password", "ERR invalid username-password", tooManyForAuth} {
		if strings.HasPrefix(text, prefix) {
			return CredentialsRefused
		}
	}
	if strings.HasPrefix(text, "NOPERM") {
		return NotPermitted
	}
	return ErrorAnswer
}
