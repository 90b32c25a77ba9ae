package announce_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/03-pubsub/exercises/announce"
)

func TestMain(m *testing.M) {
	logging.Disable() // the errors say the same
	redistest.Main(m)
}

// hang ends a wait for what does not come. It says nothing about speed.
const hang = 10 * time.Second

const theEnd = "the end"

// subscriber counts what is heard at one server.
type subscriber struct {
	where  string
	pubsub *redis.PubSub
}

func subscribe(t *testing.T, where string, db *redis.Client, channel string) subscriber {
	t.Helper()
	s := subscriber{where, db.Subscribe(t.Context(), channel)}
	t.Cleanup(func() { s.pubsub.Close() })
	_, err := s.pubsub.Receive(t.Context()) // the confirmation
	require.NoError(t, err)
	return s
}

// heard is how often the subscriber has heard each text, until the end.
func (s subscriber) heard(t *testing.T) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	times := map[string]int{}
	for {
		m, err := s.pubsub.ReceiveMessage(ctx)
		require.NoError(t, err, "the subscriber at %s", s.where)
		if m.Payload == theEnd {
			return times
		}
		times[m.Payload]++
	}
}

func TestEverybodyHearsEachAnnouncementOnce(t *testing.T) {
	servers := topologytest.Clients(t, topologytest.Start(t, 2))
	channel := redistest.Prefix(t) + "announcements"
	var subscribers []subscriber
	for i, server := range servers[1:] { // as chat servers do: each at its own replica
		subscribers = append(subscribers, subscribe(t, fmt.Sprint("replica ", i+1), server, channel))
	}
	announcer := announce.New(servers...)
	var texts []string
	for i := range 6 {
		texts = append(texts, fmt.Sprintf("announcement %d", i+1))
		_, err := announcer.Announce(t.Context(), channel, texts[i])
		require.NoError(t, err)
	}
	require.NoError(t, servers[0].Publish(t.Context(), channel, theEnd).Err())
	for _, s := range subscribers {
		heard := s.heard(t)
		for _, text := range texts {
			if heard[text] != 1 {
				t.Errorf("the subscriber at %s has heard %q %d times, want once", s.where, text, heard[text])
			}
		}
	}
}

func TestWithoutMasterNothingIsPublishedAndThatIsAnError(t *testing.T) {
	topologytest.Faults(t)
	topology := topologytest.Start(t, 2)
	servers := topologytest.Clients(t, topology)
	announcer := announce.New(servers[1], servers[2], servers[0])
	require.NoError(t, topology.Kill(0))
	at, err := announcer.Announce(t.Context(), redistest.Prefix(t)+"announcements", "is anybody there?")
	if err == nil {
		t.Fatalf("the master is gone, and Announce says that it has published, at %s: that is a replica, and only its own subscribers heard it", at)
	}
}
