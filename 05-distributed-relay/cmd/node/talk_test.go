package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/talk"
)

func TestTalkOfAKilledNodeIsBackOnTheOtherAtTheFirstTry(t *testing.T) {
	servers := topologytest.Start(t, 2).Addrs()
	a := start(t, append(at(servers[0], servers[1]), "NODE_NAME=a")...).awaitReady()
	b := start(t, append(at(servers[0], servers[2]), "NODE_NAME=b")...).awaitReady()
	room := redistest.Prefix(t)[:15]
	alice := talkTo(t, room, a, b)
	alice.shows("connected to node a")
	bob := b.dial("bob", room)
	bob.say("before", 1)
	alice.shows("bob: before")

	require.NoError(t, a.Process.Kill())
	alice.shows("connected to node b")
	tries := regexp.MustCompile(`trying \S+ in (\S+)`).FindAllStringSubmatch(alice.String(), -1)
	require.Len(t, tries, 1)
	pause, err := time.ParseDuration(tries[0][1])
	require.NoError(t, err)
	require.LessOrEqual(t, pause, 200*time.Millisecond)
	bob.say("after", 2)
	alice.shows("bob: after")
	_, err = fmt.Fprintln(alice.keys, "I am back")
	require.NoError(t, err)
	require.JSONEq(t, `"I am back"`, string(bob.until("message").Data))
}

// talker is a talk that runs, with a keyboard and a screen.
type talker struct {
	redistest.Buffer
	t    *testing.T
	keys *io.PipeWriter
}

func talkTo(t *testing.T, room string, nodes ...*process) *talker {
	t.Helper()
	in, keys := io.Pipe()
	k := &talker{t: t, keys: keys}
	ctx, cancel := context.WithCancel(t.Context())
	o := talk.Options{Name: "alice", Room: room, In: in, Out: k, Err: k, Patience: patience}
	for _, n := range nodes {
		o.URLs = append(o.URLs, n.url)
	}
	ended := make(chan error, 1)
	go func() { ended <- talk.Run(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		_ = keys.Close()
		require.NoError(t, <-ended)
	})
	return k
}

func (k *talker) shows(text string) {
	k.t.Helper()
	require.Eventually(k.t, func() bool { return strings.Contains(k.String(), text) }, patience, 2*time.Millisecond, "never shown: %s", text)
}
