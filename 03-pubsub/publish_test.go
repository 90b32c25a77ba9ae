package pubsub

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestAReplicaIsNoPlaceToPublish(t *testing.T) {
	topology := topologytest.Start(t, 1)
	for i, addr := range topology.Addrs() {
		client := redis.NewClient(&redis.Options{Addr: addr})
		_, err := Master(t.Context(), client)
		require.NoError(t, client.Close())
		if i == theMaster {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, replication.ErrReplica)
		require.ErrorContains(t, err, "publish at its master, "+topology.Addrs()[theMaster])
	}
}

func TestWhyPublishCountsZero(t *testing.T) {
	two := replication.Role{Name: replication.Master, Replicas: make([]replication.ReplicaOffset, 2)}
	for _, c := range []struct {
		receivers int64
		role      replication.Role
		want      string
	}{
		{0, replication.Role{}, "0 receivers: nobody is subscribed at this server, and no replica is linked to it"},
		{1, replication.Role{}, "1 receiver at this server"},
		{3, replication.Role{}, "3 receivers at this server"},
		{0, two, "0 receivers at this server; it passes the message on to its 2 replicas, whose subscribers PUBLISH does not count"},
	} {
		require.Equal(t, c.want, Reached(c.receivers, c.role))
	}
}

func TestTheLineOfThePost(t *testing.T) {
	require.Equal(t, "I am subscriberに「I am publisher」というメッセージが送信されたようです。",
		Line(Japanese, "I am subscriber", "I am publisher"))
	require.Equal(t, `I am subscriber: a message "I am publisher" seems to have been sent.`,
		Line(English, "I am subscriber", "I am publisher"))
}
