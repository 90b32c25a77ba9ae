package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	redistest.Main(m)
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
	o.patience = patience
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

// afterSilence is event, after the silence that a machine too slow for the probes may tell first.
func (p *program) afterSilence(begins string) {
	p.t.Helper()
	for p.events.Scan() {
		if regexp.MustCompile("^" + begins).MatchString(p.events.Text()) {
			return
		}
		require.Regexp(p.t, `^\* (silent|alive): `, p.events.Text(), "on the way to %s", begins)
	}
	require.Fail(p.t, "no event "+begins)
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
		p := start(t, "-redis", client.Options().Addr, "-lang", language, "-count", "1", "-probe", "1h", "I am subscriber")
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

	p := start(t, "-redis", addrs[1], "-master", addrs[0], "-probe", "200ms", "news")
	p.event(`\* subscribed at ` + addrs[1])
	p.afterSilence(`\* alive`)
	require.NoError(t, topology.Cut(1))
	p.afterSilence(`\* silent: probes are published but do not come back`)
	require.NoError(t, topology.Mend(t.Context(), 1))
	p.afterSilence(`\* alive`)
	require.NoError(t, topology.Kill(1))
	p.afterSilence(`\* disconnected, trying again: `)
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

// patiently is command with another patience.
func patiently(t *testing.T, patience time.Duration, args []string, out, errOut io.Writer) (code int) {
	o, err := parse(args, errOut)
	if o.patience = patience; err == nil {
		err = run(t.Context(), o, out, errOut)
	}
	return cmdline.Exit("subscribe", err, errOut)
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	for name, mistake := range redistest.Mistakes(t, redistest.Start(t).Options().Addr) {
		if mistake.MayPass {
			continue // it is waited for: see above
		}
		t.Run(name, func(t *testing.T) {
			setenv(t, mistake.Env)
			for _, flag := range []string{"-redis", "-master"} {
				var out, errOut strings.Builder
				patience := patience
				if mistake.Silent {
					patience = time.Second
				}
				code := patiently(t, patience, []string{flag, mistake.Addr, "news"}, &out, &errOut)
				require.Equal(t, 1, code, errOut.String())
				require.Regexp(t, `^subscribe: [^\n]+\n$`, errOut.String())
				require.Contains(t, errOut.String(), mistake.Says)
				require.Contains(t, errOut.String(), mistake.Addr)
				require.Empty(t, out.String())
			}
		})
	}
}

func setenv(t *testing.T, env []string) {
	for _, entry := range env {
		variable, value, _ := strings.Cut(entry, "=")
		t.Setenv(variable, value)
	}
}

func TestMistakeThatComesLaterEndsTheProgramToo(t *testing.T) {
	server, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	p := start(t, "-redis", server.Addr(), "-probe", "1h", "news")
	p.event(`\* subscribed at `)
	p.event(`\* alive`)
	go func() {
		for p.events.Scan() {
		}
	}()
	require.NoError(t, server.Close())
	l, err := net.Listen("tcp", server.Addr())
	require.NoError(t, err)
	web := httptest.NewUnstartedServer(nil)
	require.NoError(t, web.Listener.Close())
	web.Listener = l
	web.Start()
	defer web.Close()
	require.ErrorContains(t, <-p.ended, "subscribe at "+server.Addr()+": this does not answer as Redis does")
}

func TestOldServerWillDo(t *testing.T) {
	client := redistest.Start(t)
	p := start(t, "-redis", redistest.Redis5Proxy(t, client.Options().Addr), "-probe", "1h", "-count", "1", "news")
	p.event(`\* subscribed at `)
	p.event(`\* alive: `)
	require.NoError(t, client.Publish(t.Context(), "news", "hello").Err())
	p.message(`news: a message "hello" seems to have been sent.`)
	p.event(`\* ended`)
	require.NoError(t, <-p.ended)
}

func TestMistakeInTheCallEndsWith2(t *testing.T) {
	const (
		addr  = "want host:port, such as 127.0.0.1:6379"
		times = "want a time from 1ms to 24h, with its unit"
		count = "want a whole number from 0 to 1000000000"
	)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to subscribe to"},
		{[]string{""}, `CHANNEL "": want a name`},
		{[]string{"-pattern", ""}, `-pattern "": want a pattern`},
		{[]string{"-lang", "de", "news"}, `-lang "de": want en or ja`},
		{[]string{"-lang", "", "news"}, `-lang "": want en or ja`},
		{[]string{"-count", "-1", "news"}, `-count "-1": ` + count},
		{[]string{"-count", "x", "news"}, `-count "x": ` + count},
		{[]string{"-count", "99999999999999999999", "news"}, count},
		{[]string{"-probe", "0s", "news"}, `-probe "0s": ` + times},
		{[]string{"-probe", "5", "news"}, times},
		{[]string{"-probe", "-1s", "news"}, times},
		{[]string{"-probe", "999999h", "news"}, times},
		{[]string{"-redis", "localhost:zz", "news", "hello"}, `-redis "localhost:zz": ` + addr},
		{[]string{"-redis", "localhost", "news"}, `-redis "localhost": ` + addr},
		{[]string{"-redis", "", "news"}, `-redis "": ` + addr},
		{[]string{"-redis", "redis://localhost:6379", "news"}, addr},
		{[]string{"-redis", "localhost:0", "news"}, addr},
		{[]string{"-redis", "localhost:65536", "news"}, addr},
		{[]string{"-redis", "localhost:6379/", "news"}, addr},
		{[]string{"-redis", "localhost:6379,localhost:6380", "news"}, addr},
		{[]string{"-master", ":6379", "news"}, `-master ":6379": ` + addr},
		{[]string{"news", "-count=3"}, "-count comes after a channel: flags go first"},
		{[]string{"-nonsense", "news"}, "flag provided but not defined: -nonsense; -h lists the flags"},
		{[]string{"-redis"}, "flag needs an argument: -redis; -h lists the flags"},
	} {
		var out, errOut strings.Builder
		require.Equal(t, 2, command(t.Context(), c.args, &out, &errOut), c.args)
		require.Contains(t, errOut.String(), c.want, c.args)
		require.Regexp(t, `^subscribe: [^\n]+\n$`, errOut.String())
		require.Empty(t, out.String())
	}
	t.Setenv("REDIS_TLS", "yes")
	var errOut strings.Builder
	require.Equal(t, 2, command(t.Context(), []string{"news"}, io.Discard, &errOut))
	require.Equal(t, "subscribe: REDIS_TLS \"yes\": want true or false\n", errOut.String())
}
