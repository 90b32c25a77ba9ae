package rediscluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Slots is how many a cluster has.
const Slots = 16384

// Range is the slots of the ith of so many masters.
func Range(i, masters int) (first, last int) { return i * Slots / masters, (i+1)*Slots/masters - 1 }

// Cluster is masters and their replicas.
type Cluster struct {
	Shards []Shard
}

// Shard is a master with its replicas, and the slots that it has.
type Shard struct {
	Master      *launch.Process
	Replicas    []*launch.Process
	First, Last int // slot
}

// Options are the options of Start. The zero value works: three masters with a replica each.
type Options struct {
	Masters  int // default 3
	Replicas int // of each; default 1

	// Args are further arguments of each server, as launch.ProcessOptions has them. No replica becomes a master, unless they say so: a
	// measurement that ends at another master than it began at measures nothing.
	Args []string
}

// Start starts the servers, and returns when each of them knows the whole cluster and each replica follows its master. That takes two seconds at
// least: so long a new master waits for others that may know better. ctx limits the start only.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{}
	err := c.start(ctx, o)
	if err == nil {
		err = c.join(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a Redis Cluster: %w", err), c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, o Options) (err error) {
	masters, replicas := cmp.Or(o.Masters, 3), cmp.Or(o.Replicas, 1)
	for i := range masters {
		c.Shards = append(c.Shards, Shard{})
		s := &c.Shards[i]
		s.First, s.Last = Range(i, masters)
		if s.Master, err = server(ctx, o.Args); err != nil {
			return err
		}
		for range replicas {
			replica, err := server(ctx, o.Args)
			if err != nil {
				return err
			}
			s.Replicas = append(s.Replicas, replica)
		}
	}
	return nil
}

func server(ctx context.Context, more []string) (*launch.Process, error) {
	return launch.StartProcess(ctx, launch.ProcessOptions{Args: append([]string{
		"--cluster-enabled", "yes", "--cluster-replica-no-failover", "yes", "--cluster-allow-replica-migration", "no",
		"--repl-diskless-sync", "no", "--hz", "100", // or each sync takes five seconds
		"--cluster-node-timeout", "1000", // they tell each other what is new twice in that time
		"--repl-ping-replica-period", "1", // nobody is told of a replica that has got nothing yet, not even a PING
	}, more...)})
}

// Close ends all servers.
func (c *Cluster) Close() (err error) {
	for _, s := range c.Servers() {
		err = errors.Join(err, s.Close())
	}
	return err
}

// Servers are all of them: of each shard the master first.
func (c *Cluster) Servers() (all []*launch.Process) {
	for _, s := range c.Shards {
		if s.Master != nil {
			all = append(all, s.Master)
		}
		all = append(all, s.Replicas...)
	}
	return all
}

// join makes a cluster of the servers.
func (c *Cluster) join(ctx context.Context) error {
	group, joining := errgroup.WithContext(ctx)
	for _, s := range c.Servers() {
		group.Go(func() error { return until(joining, s.Addr(), c.meet) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("have the servers meet: %w", err)
	}
	group, joining = errgroup.WithContext(ctx)
	for i := range c.Shards {
		group.Go(func() error { return c.Shards[i].join(joining) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, s := range c.Servers() {
		if err := until(ctx, s.Addr(), c.complete); err != nil {
			return fmt.Errorf("%s does not know the whole cluster: %w", s.Addr(), err)
		}
	}
	for _, s := range c.Servers() { // Redis' own from now on: a server that is slow for a second is not gone
		err := ask(ctx, s.Addr(), func(c *redis.Client) error {
			return errors.Join(c.ConfigSet(ctx, "cluster-node-timeout", "15000").Err(), c.ConfigSet(ctx, "repl-ping-replica-period", "10").Err())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// meet has a server meet those that it does not know, and is an error until it knows them all. (To wait until they have heard of one another
// takes longer, and a meeting that has not come about within a second is forgotten.)
func (c *Cluster) meet(ctx context.Context, client *redis.Client) error {
	nodes, err := client.ClusterNodes(ctx).Result()
	if err != nil {
		return err
	}
	var strange []string
	for _, s := range c.Servers() {
		known := func(line string) bool {
			return strings.Contains(line, " "+s.Addr()+"@") && !strings.Contains(line, "handshake")
		}
		if slices.ContainsFunc(strings.Split(nodes, "\n"), known) || s.Addr() == client.Options().Addr {
			continue
		}
		strange = append(strange, s.Addr())
		host, port, _ := net.SplitHostPort(s.Addr())
		if err := client.ClusterMeet(ctx, host, port).Err(); err != nil {
			return err
		}
	}
	if len(strange) > 0 {
		return fmt.Errorf("it does not know %s", strings.Join(strange, ", "))
	}
	return nil
}

func (s *Shard) join(ctx context.Context) error {
	var id string
	err := ask(ctx, s.Master.Addr(), func(c *redis.Client) (err error) {
		if id, err = c.ClusterMyID(ctx).Result(); err != nil {
			return err
		}
		return c.ClusterAddSlotsRange(ctx, s.First, s.Last).Err()
	})
	for _, replica := range s.Replicas {
		if err == nil { // refused, until it has met its master
			err = until(ctx, replica.Addr(), func(ctx context.Context, c *redis.Client) error { return c.ClusterReplicate(ctx, id).Err() })
		}
	}
	return err
}

// complete is an error until a server knows of all others what they are, and follows its master if it has one.
func (c *Cluster) complete(ctx context.Context, client *redis.Client) error {
	info, err := client.ClusterInfo(ctx).Result()
	if err == nil && !strings.Contains(info, "cluster_state:ok") {
		err = errors.New("its state is not ok")
	}
	if err != nil {
		return err
	}
	shards, err := client.ClusterShards(ctx).Result()
	if err != nil {
		return err
	}
	servers := 0
	for _, s := range shards {
		if len(s.Slots) > 0 {
			servers += len(s.Nodes)
		}
	}
	if servers < len(c.Servers()) {
		return fmt.Errorf("it knows %d of %d servers with slots", servers, len(c.Servers()))
	}
	info, err = client.Info(ctx, "replication").Result()
	if err == nil && strings.Contains(info, "master_link_status:down") {
		err = errors.New("it does not follow its master")
	}
	return err
}

// patience is how long a server may take for an answer, unless ctx ends before.
const patience = 2 * time.Minute

// ask asks once: an ADDSLOTSRANGE that a slow server gets a second time is refused, as its slots are taken.
func ask(ctx context.Context, addr string, what func(*redis.Client) error) error {
	client := redis.NewClient(&redis.Options{
		Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, ContextTimeoutEnabled: true, MaxRetries: -1,
	})
	defer client.Close()
	return what(client)
}

// until asks until there is no error, or an answer that stays the same however often it is asked for.
func until(ctx context.Context, addr string, what func(context.Context, *redis.Client) error) error {
	return ask(ctx, addr, func(client *redis.Client) error {
		for {
			err := what(ctx, client)
			if err == nil || final(err) {
				return err
			}
			select {
			case <-ctx.Done():
				return errors.Join(err, context.Cause(ctx))
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

// final reports whether an error is an answer of Redis, and not one of those that time mends: a replica reads what its master has sent, or has not met
// that master yet.
func final(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer) && !redis.IsLoadingError(err) && !strings.HasPrefix(answer.Error(), "ERR Unknown node ")
}
