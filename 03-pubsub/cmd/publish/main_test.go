package main

import (
	"io"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	pubsub "example.com/redis-chat/03-pubsub"
)

func publishing(t *testing.T, args ...string) (string, error) {
	o, err := parse(args, io.Discard)
	require.NoError(t, err)
	var out strings.Builder
	err = run(t.Context(), o, &out, io.Discard)
	return out.String(), err
}

func TestPublishCountsReceivers(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	addr := client.Options().Addr
	out, err := publishing(t, "-redis", addr, channel, "hello")
	require.NoError(t, err)
	require.Contains(t, out, "0 receivers")

	s, err := pubsub.Subscribe(t.Context(), client, pubsub.Options{Channels: []string{channel}})
	require.NoError(t, err)
	events, err := s.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, pubsub.Subscribed, events[0].Kind)
	out, err = publishing(t, "-redis", addr, "-n", "3", "-rate", "1000", channel, "hello")
	require.NoError(t, err)
	require.Regexp(t, `^published 3 messages in \w+; the last: 1 receiver at this server`, out)
	var payloads []string
	for len(payloads) < 3 {
		events, err := s.Receive(t.Context())
		require.NoError(t, err)
		for _, e := range events {
			payloads = append(payloads, e.Payload)
		}
	}
	require.Equal(t, []string{"hello 1", "hello 2", "hello 3"}, payloads)
}

func TestReplicaIsRefusedAndNothingIsPublishedThere(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	_, err := publishing(t, "-redis", addrs[1], "news", "hello")
	require.ErrorIs(t, err, pubsub.ErrReplica)
	require.ErrorContains(t, err, "publish at its master, "+addrs[0])
}

func TestNobodyThereSaysWhatToDo(t *testing.T) {
	_, err := publishing(t, "-redis", "127.0.0.1:1", "news", "hello")
	require.ErrorContains(t, err, "publish at 127.0.0.1:1: nobody answers, start a server there")
	_, answered := err.(redis.Error)
	require.False(t, answered)
}

func TestBadUsageIsOneSentence(t *testing.T) {
	for want, args := range map[string][]string{
		"want two arguments, CHANNEL and MESSAGE":  {"news", "two", "words"},
		"-n 0: want a number of messages":          {"-n", "0", "news", "hello"},
		"-rate -1: want messages a second":         {"-rate", "-1", "news", "hello"},
		"-rate NaN: want messages a second":        {"-rate", "NaN", "news", "hello"},
		`-redis "localhost:zz": want host:port`:    {"-redis", "localhost:zz", "news", "hello"},
		`-redis "localhost": want host:port`:       {"-redis", "localhost", "news", "hello"},
		`-n "x": want a whole number`:              {"-n", "x", "news", "hello"},
		"flag provided but not defined: -nonsense": {"-nonsense", "news", "hello"},
	} {
		_, err := parse(args, io.Discard)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}
