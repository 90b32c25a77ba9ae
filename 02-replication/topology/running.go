package topology

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
)

// running is a topology of servers that others run: we look at them, and change
// nothing.
type running []string

func useRunning(ctx context.Context, o Options) (Topology, error) {
	addrs := o.Backend.Addrs
	if len(addrs) < o.Replicas+1 {
		return nil, fmt.Errorf("use the running servers %s: %w: want a master and %d of its replicas: host:port,host:port…", o.Backend, ErrTooFew, o.Replicas)
	}
	for i, addr := range addrs {
		client := redis.NewClient(dial.Login{}.Options(addr))
		role, err := replication.ReadRole(ctx, client)
		if err == nil {
			err = replication.CheckMode(ctx, client, role)
		}
		client.Close()
		switch {
		case err != nil:
			return nil, fmt.Errorf("use the running server %s: %w", addr, err)
		case i == 0 && role.Name != replication.Master:
			return nil, fmt.Errorf("use the running server %s as master: it is a %s of %s; name the master first", addr, role.Name, role.Master)
		case i > 0 && role.Name != replication.Replica:
			return nil, fmt.Errorf("use the running server %s as replica: it is a %s; tell it REPLICAOF", addr, role.Name)
		}
	}
	if err := replication.AwaitReplicas(ctx, addrs[0], len(addrs)-1); err != nil {
		return nil, err
	}
	return running(slices.Clone(addrs)), nil
}

func (r running) Addrs() []string                    { return slices.Clone(r) }
func (r running) Kill(int) error                     { return ErrNotOurs }
func (r running) Restart(context.Context, int) error { return ErrNotOurs }
func (r running) Freeze(int) error                   { return ErrNotOurs }
func (r running) Thaw(int) error                     { return ErrNotOurs }
func (r running) Cut(int) error                      { return ErrNotOurs }
func (r running) Mend(context.Context, int) error    { return ErrNotOurs }
func (r running) Close() error                       { return nil }
