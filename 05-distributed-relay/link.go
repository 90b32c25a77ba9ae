package relay

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
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
// *Mistake, as for a Sentinel or a node of a Redis Cluster, or says why the
// server does not answer now.
func (o *Options) connect(ctx context.Context, what, addr string) (*link, error) {
	client := o.client(addr)
	l := &link{client: client, Conn: client.Conn()}
	var err error
	if l.role, err = replication.ReadRole(ctx, l.Conn); err == nil {
		err = replication.CheckMode(ctx, l.Conn, l.role)
	}
	if err != nil {
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
		return nil, o.notMaster(l.role)
	}
	return l, nil
}

// notMaster is the mistake of publishing at a replica.
func (o *Options) notMaster(role replication.Role) error {
	return &Mistake{fmt.Errorf("publish to %s: %w; publish to its master, %s (PUB_HOST, PUB_PORT)", o.PubAddr, replication.ErrReplica, role.Master)}
}

// classify makes a sentence of why there is no connection, and tells mistakes
// from what may be better in a moment: all that is of the network passes, as a
// proxy whose server is not there yet accepts a connection and resets it.
func classify(what, addr string, err error) error {
	if errors.Is(err, replication.ErrSentinel) || errors.Is(err, replication.ErrCluster) {
		return &Mistake{fmt.Errorf("%s %s: %w", what, addr, err)}
	}
	err = fmt.Errorf("%s %s: %w", what, addr, dial.Explain(context.Background(), nil, err))
	switch dial.Diagnose(err) {
	case dial.CredentialsRefused, dial.NotPermitted, dial.NotRedis:
		return &Mistake{err}
	}
	return err
}

// oneSided is a *Mistake when TLS is spoken on one side only, which seems to be a
// server that is away. The server is asked for it.
func (o *Options) oneSided(ctx context.Context, addr string, err error) error {
	err = dial.Explain(ctx, &redis.Options{Addr: addr, TLSConfig: o.TLS}, err)
	if errors.Is(err, dial.ErrTLS) {
		return &Mistake{fmt.Errorf("connect to %s: %w", addr, err)}
	}
	return nil
}
