package sharded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Shards is the masters of a cluster that have lanes, with their replicas, and where each lane is.
type Shards struct {
	Sets  []lanemap.Set
	Lanes [lane.Count + 1]int // of Sets
}

// Channel is the channel of a lane. What stands in braces is all that its slot depends on, and no other lane has that slot.
func Channel(o relay.Options, l lane.Lane) string {
	before, behind := around(o)
	return scaleout.Channel(before, behind, l)
}

func around(o relay.Options) (before, behind string) {
	return "{", "}" + o.Prefix + wire.OwnPrefix(cmp.Or(o.Key, wire.DefaultKey)) + "chat:lane"
}

// Find asks a cluster where the lanes are. addr is the host:port of any of its servers, and the login that of the options.
func Find(ctx context.Context, addr string, o relay.Options) (*Shards, error) {
	at := o.Client(addr)
	defer at.Close()
	shards, err := at.ClusterShards(ctx).Result()
	if err == nil && !slices.ContainsFunc(shards, func(s redis.ClusterShard) bool { return len(s.Slots) > 0 }) {
		err = errors.New("none of its slots are at any server")
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s where the slots of its cluster are: %w: name a server of a Redis Cluster (7 or newer)", addr, err)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{addr}, Username: o.Username, Password: o.Password, TLSConfig: o.TLS})
	defer client.Close()
	s, of := &Shards{}, map[string]int{}
	for l := range s.Lanes {
		channel := Channel(o, lane.Lane(l))
		master, err := client.MasterForKey(ctx, channel)
		if err != nil {
			return nil, fmt.Errorf("find the master of %s in the cluster of %s: %w", channel, addr, err)
		}
		i, known := of[master.Options().Addr]
		if !known {
			i = len(s.Sets)
			of[master.Options().Addr] = i
			s.Sets = append(s.Sets, lanemap.Set{Name: fmt.Sprint("shard-", i+1), Master: master.Options().Addr, Replicas: replicas(shards, master.Options().Addr, o.TLS != nil)})
		}
		s.Lanes[l] = i
	}
	return s, nil
}

// replicas are those of a master, in an order that is the same for whoever asks.
func replicas(shards []redis.ClusterShard, master string, tls bool) []string {
	for _, shard := range shards {
		var addrs []string
		of := false
		for _, node := range shard.Nodes {
			port := node.Port
			if tls {
				port = node.TLSPort
			}
			addr := net.JoinHostPort(cmp.Or(node.Endpoint, node.IP), strconv.FormatInt(port, 10))
			if node.Role != "master" {
				addrs = append(addrs, addr)
			}
			of = of || addr == master
		}
		if of {
			return slices.Sorted(slices.Values(addrs))
		}
	}
	return nil
}

// Check says what is wrong with the nth replica of each shard as a node's own.
func (s *Shards) Check(nth int) error {
	for i := range s.Sets {
		if nth > len(s.Sets[i].Replicas) {
			return fmt.Errorf("the master at %s has %d replicas, and no replica %d: name another", s.Sets[i].Master, len(s.Sets[i].Replicas), nth)
		}
	}
	return nil
}
