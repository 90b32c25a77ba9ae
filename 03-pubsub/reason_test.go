package pubsub

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestOneCauseIsToldOnceWhateverItsWords(t *testing.T) {
	dns := func(port int) error {
		return &net.OpError{Op: "dial", Err: &net.DNSError{Err: fmt.Sprintf("read udp 127.0.0.1:%d->127.0.0.1:53: connection refused", port), IsTemporary: true}}
	}
	reset := func(port int, number syscall.Errno) error {
		return &net.OpError{Op: "read", Source: &net.TCPAddr{Port: port}, Err: os.NewSyscallError("read", number)}
	}
	for name, errs := range map[string][]error{
		"a resolver that refuses": {dns(4000), dns(4001), dns(4002)},
		"a server that hangs up":  {reset(4000, syscall.ECONNRESET), reset(4001, syscall.EPIPE), io.EOF, reset(4002, syscall.ECONNRESET)},
	} {
		var told outage
		require.True(t, told.changed(errs[0]), name)
		for _, err := range errs {
			require.False(t, told.changed(fmt.Errorf("subscribe at redis:6379: %w", err)), "%s: %v", name, err)
		}
		require.True(t, told.changed(errors.New("something else")))
		require.True(t, told.changed(errs[0]))
	}
}

// Redis closes the connection of a subscriber for which too much waits.
func TestASubscriberThatIsCutOffIsToldWhy(t *testing.T) {
	redistest.NeedsServer(t)
	p := startPath(t, unwatchful)
	const limit = "client-output-buffer-limit"
	replica := topologytest.Clients(t, p.topology)[theReplica]
	require.NoError(t, replica.ConfigSet(t.Context(), limit, "pubsub 65536 0 0").Err())
	p.way.Hold()
	payload := strings.Repeat("x", 50_021)
	require.Eventually(t, func() bool {
		publish(t, p.master, p.channel, payload)
		subscribers, err := replica.PubSubNumSub(t.Context(), p.channel).Result()
		return err == nil && subscribers[p.channel] == 0
	}, patience, time.Millisecond)
	p.way.Release()
	e, _ := p.until(Disconnected)
	require.ErrorContains(t, e.Err, "the server closed the connection in the middle of a message: did it cut us off for not keeping up?")
}
