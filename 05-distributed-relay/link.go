package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/02-replication"
)

// Mistake is something that waiting cannot mend: a wrong password, an address
// where no Redis is, a replica where the master should be.
type Mistake struct{ err error }

func (m *Mistake) Error() string { return m.err.Error() }
func (m *Mistake) Unwrap() error { return m.err }

func asMistake(err error) (*Mistake, bool) {
	var mistake *Mistake
	ok := errors.As(err, &mistake)
	return mistake, ok
}

// link is one connection to Redis, proven by a ROLE.
type link struct {
	client *redis.Client
	*redis.Conn
	role replication.Role
}

// connect opens a connection and asks the server for its role. The error is a
// *Mistake, or says why the server does not answer now.
func (o *Options) connect(ctx context.Context, what, addr string) (*link, error) {
	client := o.client(addr)
	l := &link{client: client, Conn: client.Conn()}
	var err error
	if l.role, err = replication.ReadRole(ctx, l.Conn); err != nil {
		l.close()
		return nil, classify(what, addr, err)
	}
	return l, nil
}

func (l *link) close() {
	_ = l.Conn.Close() // it may be broken already: nothing is lost with it
	_ = l.client.Close()
}

// connectMaster is connect for the address to publish at: PUBLISH at a replica
// would be taken, and reach nobody but that replica's own subscribers.
func (o *Options) connectMaster(ctx context.Context) (*link, error) {
	l, err := o.connect(ctx, "publish to", o.PubAddr)
	if err != nil {
		return nil, err
	}
	if l.role.Name == replication.Replica {
		l.close()
		return nil, &Mistake{fmt.Errorf("publish to %s: this is a replica; publish to its master, %s (PUB_HOST, PUB_PORT)", o.PubAddr, l.role.Master)}
	}
	return l, nil
}

// speaksPlain reports whether a server answers without TLS. Redis does not
// refuse a TLS greeting: it takes it for the beginning of a line, and is silent.
func (o *Options) speaksPlain(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, o.PublishTimeout)
	defer cancel()
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

// classify makes a sentence of why there is no connection, and tells mistakes
// from what may be better in a moment: all that is of the network passes, as a
// proxy whose server is not there yet accepts a connection and resets it.
func classify(what, addr string, err error) error {
	trouble := basics.Diagnose(err)
	if answer, ok := errors.AsType[redis.Error](err); ok {
		err = answer // without what goes before it
	}
	switch trouble {
	case basics.NobodyThere:
		if dial, ok := errors.AsType[*net.OpError](err); ok {
			err = dial.Err // without the address, which is here already
		}
		return fmt.Errorf("%s %s: nobody answers there: %w", what, addr, err)
	case basics.NoAnswer:
		return fmt.Errorf("%s %s: no answer in time", what, addr)
	case basics.ErrorAnswer:
		return fmt.Errorf("%s %s: the server answers: %w", what, addr, err) // LOADING and the like
	case basics.CredentialsRefused, basics.NotPermitted:
		return &Mistake{fmt.Errorf("%s %s: user or password is not accepted (REDIS_USERNAME, REDIS_PASSWORD): %w", what, addr, err)}
	case basics.NotRedis:
		return &Mistake{fmt.Errorf("%s %s: this does not answer as Redis does (wrong port, or REDIS_TLS is wrong?): %w", what, addr, err)}
	}
	return fmt.Errorf("%s %s: the connection ended: %w", what, addr, err)
}
