package main

import (
	"bufio"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	// The thread that starts servers lives as long as the process, so that they die with it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("example.com/redis-chat/01-redis-basics.startOnOneThread"))
}

// program is a subscribe that runs: its two outputs line by line, and how it ended.
type program struct {
	t                *testing.T
	messages, events *bufio.Scanner
	ended            chan error
	interrupt        func()
}

func start(t *testing.T, args ...string) *program {
	o, err := parse(args, io.Discard)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	messages, messagesTo := io.Pipe()
	events, eventsTo := io.Pipe()
	p := &program{t: t, messages: bufio.NewScanner(messages), events: bufio.NewScanner(events), ended: make(chan error, 1), interrupt: cancel}
	go func() {
		err := run(ctx, o, messagesTo, eventsTo)
		_, _ = messagesTo.Close(), eventsTo.Close()
		p.ended <- err
	}()
	t.Cleanup(func() { cancel(); _, _ = messages.Close(), events.Close() })
	return p
}

// event waits for a line on standard error that begins so.
func (p *program) event(begins string) {
	p.t.Helper()
	require.True(p.t, p.events.Scan(), "no event %q", begins)
	require.Regexp(p.t, "^"+begins, p.events.Text())
}

func (p *program) message(want string) {
	p.t.Helper()
	require.True(p.t, p.messages.Scan())
	require.Equal(p.t, want, p.messages.Text())
}

func TestWalkThrough(t *testing.T) {
	client := redistest.Start(t)
	for language, want := range map[string]string{
		"en": `I am subscriber: a message "I am publisher" seems to have been sent.`,
		"ja": "I am subscriberに「I am publisher」というメッセージが送信されたようです。",
	} {
		p := start(t, "-redis", client.Options().Addr, "-lang", language, "-count", "1", "-probe", "5s", "I am subscriber")
		p.event(`\* subscribed at `)
		p.event(`\* alive: `)
		require.NoError(t, client.Publish(t.Context(), "I am subscriber", "I am publisher").Err())
		p.message(want)
		p.event(`\* ended; messages received: 1$`)
		require.NoError(t, <-p.ended)
	}
}

func TestWhatHappensToTheSubscriptionIsTold(t *testing.T) {
	topologytest.Faults(t)
	topology := topologytest.Start(t, 1)
	addrs := topology.Addrs()

	unwatched := start(t, "-redis", addrs[1], "-pattern", "news.*")
	unwatched.event(`\* no watch for silence: .* is a replica; -master ` + addrs[0])
	unwatched.event(`\* subscribed at ` + addrs[1])

	p := start(t, "-redis", addrs[1], "-master", addrs[0], "-probe", "100ms", "news")
	p.event(`\* subscribed at ` + addrs[1])
	p.event(`\* alive`)
	require.NoError(t, topology.Cut(1))
	p.event(`\* silent: probes are published but do not come back`)
	require.NoError(t, topology.Mend(t.Context(), 1))
	p.event(`\* alive`)
	require.NoError(t, topology.Kill(1))
	p.event(`\* disconnected, trying again: `)
	require.NoError(t, topology.Restart(t.Context(), 1))
	for p.events.Scan() && strings.HasPrefix(p.events.Text(), "* disconnected") {
	}
	require.Equal(t, "* subscribed again at "+addrs[1]+": what was published meanwhile is missed", p.events.Text())

	p.interrupt()
	go func() {
		for p.events.Scan() {
		}
	}()
	require.NoError(t, <-p.ended, "Ctrl-C is no mistake")
}

func TestNobodyThereIsWaitedForAndToldOnce(t *testing.T) {
	p := start(t, "-redis", "127.0.0.1:1", "news")
	p.event(`\* no watch for silence: 127.0.0.1:1 does not say yet`)
	p.event(`\* disconnected, trying again: .*refused`)
	select {
	case err := <-p.ended:
		t.Fatalf("ended: %v", err)
	case <-time.After(100 * time.Millisecond): // it goes on trying
	}
}

func TestReplicaIsRefusedAsMaster(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	p := start(t, "-redis", addrs[1], "-master", addrs[1], "news")
	require.ErrorContains(t, <-p.ended, "-master: publish at "+addrs[1]+": this is a replica")
}

func TestWhatIsNotRedisIsAMistake(t *testing.T) {
	web := httptest.NewServer(nil)
	defer web.Close()
	p := start(t, "-redis", web.Listener.Addr().String(), "news")
	p.event(`\* no watch for silence`)
	go func() {
		for p.events.Scan() {
		}
	}()
	require.ErrorContains(t, <-p.ended, "redis: can't parse")
}

func TestBadUsageIsOneSentence(t *testing.T) {
	for want, args := range map[string][]string{
		"nothing to subscribe to":                  {},
		"-lang \"de\": want en or ja":              {"-lang", "de", "news"},
		"-count -1: want a number":                 {"-count", "-1", "news"},
		"-probe 0s: want a time above zero":        {"-probe", "0s", "news"},
		`-redis "localhost:zz": want host:port`:    {"-redis", "localhost:zz", "news", "hello"},
		`-redis "localhost": want host:port`:       {"-redis", "localhost", "news"},
		`-master ":6379": want host:port`:          {"-master", ":6379", "news"},
		"-count comes after a channel: flags go":   {"news", "-count=3"},
		`-count "x": want a whole number`:          {"-count", "x", "news", "hello"},
		"flag provided but not defined: -nonsense": {"-nonsense", "news"},
	} {
		var help strings.Builder
		_, err := parse(args, &help)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
		require.Empty(t, help.String())
	}
}
