package sharded

import (
	"cmp"
	"context"
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

// Find asks a cluster where the lanes are. addr is the host:port of any of its servers, and the login that of the options. It reads the cluster's
// map once: of two readings one may be of before a failover, and name a master with the replicas of another.
func Find(ctx context.Context, addr string, o relay.Options) (*Shards, error) {
	client := o.Client(addr)
	defer client.Close()
	s, err := find(ctx, client, addr, o)
	if err != nil {
		return nil, fmt.Errorf("ask %s where the slots of its cluster are: %w: name a server of a Redis Cluster (7 or newer)", addr, err)
	}
	return s, nil
}

func find(ctx context.Context, client redis.Cmdable, addr string, o relay.Options) (*Shards, error) {
	shards, err := client.ClusterShards(ctx).Result()
	if err != nil {
		return nil, err
	}
	slots, err := slotsOf(ctx, client, o)
	if err != nil {
		return nil, err
	}
	s, sets := &Shards{}, map[int]int{} // by the cluster's shard: its place in Sets
	for l, slot := range slots {
		i := slices.IndexFunc(shards, func(shard redis.ClusterShard) bool { return has(shard, slot.Val()) })
		if i < 0 {
			return nil, fmt.Errorf("slot %d is at no server", slot.Val())
		}
		if _, known := sets[i]; !known {
			sets[i] = len(s.Sets)
			set, err := setOf(shards[i], addr, o.TLS != nil)
			if err != nil {
				return nil, err
			}
			set.Name = fmt.Sprint("shard-", len(s.Sets)+1)
			s.Sets = append(s.Sets, set)
		}
		s.Lanes[l] = sets[i]
	}
	return s, nil
}

// slotsOf asks for the slot of each lane, which is the same at any server and at any time.
func slotsOf(ctx context.Context, client redis.Cmdable, o relay.Options) (slots [lane.Count + 1]*redis.IntCmd, err error) {
	pipe := client.Pipeline()
	for l := range slots {
		slots[l] = pipe.ClusterKeySlot(ctx, Channel(o, lane.Lane(l)))
	}
	_, err = pipe.Exec(ctx)
	return slots, err
}

func has(shard redis.ClusterShard, slot int64) bool {
	return slices.ContainsFunc(shard.Slots, func(r redis.SlotRange) bool { return r.Start <= slot && slot <= r.End })
}

// setOf is a shard's master and its replicas, in an order that is the same for whoever asks. A master that has failed stays in the map, beside the
// one that has taken its place.
func setOf(shard redis.ClusterShard, asked string, tls bool) (set lanemap.Set, err error) {
	for _, node := range shard.Nodes {
		switch addr := addrOf(node, asked, tls); {
		case node.Role != "master":
			set.Replicas = append(set.Replicas, addr)
		case set.Master == "" || node.Health == "online":
			set.Master = addr
		}
	}
	if set.Master == "" {
		return set, fmt.Errorf("the slots from %d on have no master", shard.Slots[0].Start)
	}
	slices.Sort(set.Replicas)
	return set, nil
}

// addrOf is where a server is. One that does not know says "", and is where it was asked.
func addrOf(node redis.Node, asked string, tls bool) string {
	host, _, _ := net.SplitHostPort(asked)
	port := node.Port
	if tls {
		port = node.TLSPort
	}
	return net.JoinHostPort(cmp.Or(node.Endpoint, node.IP, host), strconv.FormatInt(port, 10))
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
