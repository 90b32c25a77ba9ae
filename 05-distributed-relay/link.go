package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

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
	took time.Duration // to and fro, once
}

// connect opens a connection and asks the server for its role. The error is a
// *Mistake, as for a Sentinel or a node of a Redis Cluster, or says why the
// server does not answer now.
func (o *Options) connect(ctx context.Context, what, addr string) (*link, error) {
	client := o.client(addr)
	l := &link{client: client, Conn: client.Conn()}
	var err error
	if l.role, err = replication.ReadRole(ctx, l.Conn); err == nil {
		begun := time.Now()
		err = replication.CheckMode(ctx, l.Conn, l.role)
		l.took = time.Since(begun)
	}
	if _, ok := o.Carrier.(Clustered); ok && errors.Is(err, replication.ErrCluster) {
		err = nil
	}
	if err != nil {
		l.close()
		return nil, o.named(classify(what, addr, err))
	}
	return l, nil
}

// named says of an address at which nobody answers who has named it: it may be one of a network that only the Sentinels are in.
func (o *Options) named(err error) error {
	if o.Places == nil || dial.Diagnose(err) != dial.NobodyThere {
		return err
	}
	return fmt.Errorf("%w; the Sentinels name this address: if the server is up, it has to announce one that leads there from here "+
		"(replica-announce-ip, replica-announce-port)", err)
}

func (l *link) close() {
	_ = l.Conn.Close() // it may be broken already: nothing is lost with it
	_ = l.client.Close()
}

// connectMaster is connect for the address to publish at: PUBLISH at a replica
// would be taken, and reach nobody but that replica's own subscribers.
func (o *Options) connectMaster(ctx context.Context) (*link, error) {
	l, err := o.connect(ctx, "publish to", o.pubAddr())
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
	if o.Places != nil {
		o.Places.Replaced(o.pubAddr(), role.Master)
		return fmt.Errorf("publish to %s: %w, and no Sentinel has said yet which server is the master now; it follows %s", o.pubAddr(), replication.ErrReplica, role.Master)
	}
	return &Mistake{fmt.Errorf("publish to %s: %w; publish to its master, %s (PUB_HOST, PUB_PORT)", o.pubAddr(), replication.ErrReplica, role.Master)}
}

// dials are the attempts to reach the master. One that is slow is not given up for the
// next, as the server may be far away; a second one is begun beside it all the same,
// as the first may be lost in a network that is whole again. The first that comes
// through is taken.
type dials struct {
	ctx     context.Context // ends them all
	round   context.Context // of those under way
	end     context.CancelFunc
	results chan dialed
	out     int       // under way
	begun   time.Time // the last of them
}

type dialed struct {
	link *link
	err  error
}

const (
	mostDials  = 5
	dialsPause = time.Second // between the beginnings of two
)

func (d *dials) underWay() bool { return d.out > 0 }

// wait waits for a connection, or for the reason why there is none, or for the end of
// ctx. The attempts go on after that.
func (d *dials) wait(ctx context.Context, o *Options) (*link, error) {
	for {
		if d.out == 0 || d.out < mostDials && time.Since(d.begun) >= dialsPause {
			d.begin(o)
		}
		var again <-chan time.Time
		if d.out < mostDials {
			again = time.After(time.Until(d.begun.Add(dialsPause)))
		}
		select {
		case got := <-d.results:
			d.out--
			switch {
			case got.err == nil:
				d.stop()
				return got.link, nil
			case d.out > 0 && timedOut(got.err):
				continue // a later one may come through
			case d.out == 0:
				d.end()
			}
			return nil, got.err
		case <-again:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func timedOut(err error) bool {
	network, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && network.Timeout()
}

func (d *dials) begin(o *Options) {
	if d.out == 0 {
		d.results = make(chan dialed, mostDials)
		d.round, d.end = context.WithCancel(d.ctx)
	}
	d.out++
	d.begun = time.Now()
	go func(round context.Context, results chan<- dialed) {
		ctx, cancel := context.WithTimeout(round, o.connectTime())
		defer cancel()
		l, err := o.connectMaster(ctx)
		results <- dialed{l, err}
	}(d.round, d.results)
}

// stop ends those that are under way, and closes what comes through all the same.
func (d *dials) stop() {
	if d.end == nil {
		return
	}
	d.end()
	go func(out int, results <-chan dialed) {
		for range out {
			if got := <-results; got.link != nil {
				got.link.close()
			}
		}
	}(d.out, d.results)
	d.out = 0
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

// drop ends the connection; the next batch makes a new one.
func (p *publisher) drop() {
	if p.link != nil {
		p.link.close()
		p.link = nil
	}
}
