package sharded_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/labs/scale-out/rediscluster"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

const (
	// patience ends a wait for what is bound to come. It says nothing about speed.
	patience = 2 * time.Minute
	tick     = 5 * time.Millisecond
)

// servers is a Redis Cluster, and clients of the servers of its first shard.
type servers struct {
	t       *testing.T
	cluster *rediscluster.Cluster
	master  *redis.Client
	replica *redis.Client
	channel string // of the first shard, and the beginning of keys there
}

func startServers(t *testing.T, o rediscluster.Options) *servers {
	redistest.NeedsServer(t)
	redistest.NeedsVersion(t, 7, 0, "sharded Pub/Sub")
	starting, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := rediscluster.Start(starting, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	s := &servers{t: t, cluster: c, master: client(t, c.Shards[0].Master.Addr()), replica: client(t, c.Shards[0].Replicas[0].Addr())}
	for i := 0; s.channel == ""; i++ {
		channel := fmt.Sprintf("{%d}news", i)
		slot, err := s.master.ClusterKeySlot(t.Context(), channel).Result()
		require.NoError(t, err)
		if int(slot) <= c.Shards[0].Last {
			s.channel = channel
		}
	}
	return s
}

func client(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	return c
}

// subscribe subscribes to the channel, at the shard's master or its replica.
func (s *servers) subscribe(at *redis.Client) *subscription {
	sub := &subscription{s.t, at.SSubscribe(s.t.Context(), s.channel)}
	s.t.Cleanup(func() { _ = sub.Close() })
	_, err := sub.Receive(s.t.Context()) // the confirmation
	require.NoError(s.t, err)
	return sub
}

type subscription struct {
	t *testing.T
	*redis.PubSub
}

// next is the next message. That the connection has ended would be an error, and another subscription a confirmation.
func (s *subscription) next() string {
	s.t.Helper()
	reply, err := s.ReceiveTimeout(s.t.Context(), patience)
	require.NoError(s.t, err)
	message, ok := reply.(*redis.Message)
	require.True(s.t, ok, "%v", reply)
	return message.Payload
}

func (s *servers) publish(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		require.NoError(s.t, s.master.SPublish(s.t.Context(), s.channel, text).Err())
	}
}

// until publishes a text again and again, until it is heard, as nobody says when there is a link. It returns how many others were heard before.
func (s *servers) until(sub *subscription, text string) (others int) {
	s.t.Helper()
	heard := make(chan string)
	go func() {
		defer close(heard)
		for got := ""; got != text; {
			reply, err := sub.Receive(s.t.Context())
			message, ok := reply.(*redis.Message)
			if err != nil || !ok {
				return
			}
			got = message.Payload
			heard <- got
		}
	}()
	for {
		s.publish(text)
		select {
		case got, ok := <-heard:
			require.True(s.t, ok, "the subscription has ended")
			if got == text {
				return others
			}
			others++
		case <-time.After(tick):
		}
	}
}

// number reads a number of a text as INFO's.
func number(t *testing.T, text, name string) int {
	t.Helper()
	_, rest, found := strings.Cut("\n"+text, "\n"+name+":")
	if !found {
		return 0 // CLUSTER INFO leaves out what has not been sent yet
	}
	line, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(line)
	require.NoError(t, err)
	return n
}

// cut has the replica tell the others that its end of the bus is at a port where nobody is, and returns when the master has left it. All else of the
// replica is as it was: it follows its master, and tells it by its own link how it is.
func (s *servers) cut() (mend func()) {
	s.t.Helper()
	_, nobody, _ := net.SplitHostPort(redistest.Nobody(s.t))
	s.announce(nobody)
	return func() {
		s.t.Helper()
		_, own, _ := net.SplitHostPort(s.replica.Options().Addr)
		port, _ := strconv.Atoi(own)
		s.announce(strconv.Itoa(port + 10000))
	}
}

func (s *servers) announce(bus string) {
	s.t.Helper()
	require.NoError(s.t, s.replica.ConfigSet(s.t.Context(), "cluster-announce-bus-port", bus).Err())
	id, err := s.replica.ClusterMyID(s.t.Context()).Result()
	require.NoError(s.t, err)
	require.Eventually(s.t, func() bool {
		nodes, err := s.master.ClusterNodes(s.t.Context()).Result()
		if err != nil {
			return false
		}
		for line := range strings.Lines(nodes) {
			if strings.HasPrefix(line, id) {
				return strings.Contains(line, "@"+bus+" ")
			}
		}
		return false
	}, patience, tick)
}
