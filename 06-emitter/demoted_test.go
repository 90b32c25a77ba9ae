package emitter_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	emitter "example.com/redis-chat/06-emitter"
)

// beforePUBLISH is a connection that does something once, when a PUBLISH is about to
// leave on it: after the emitter has been told that the server is a master.
type beforePUBLISH struct {
	net.Conn
	do func()
}

func (c beforePUBLISH) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("\r\npublish\r\n")) {
		c.do()
	}
	return c.Conn.Write(p)
}

// dialBeforePUBLISH gives an emitter such connections.
func dialBeforePUBLISH(t *testing.T, addr string, do func()) *emitter.Emitter {
	t.Helper()
	client := redis.NewClient(&redis.Options{
		Addr: addr, ReadTimeout: patience,
		Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return beforePUBLISH{conn, sync.OnceFunc(do)}, err
		},
	})
	t.Cleanup(func() { client.Close() })
	e := emitter.New(client, emitter.Options{Timeout: patience})
	t.Cleanup(func() { e.Close() })
	return e
}

// An event that meets a failover is published at a server that is no master any more:
// PUBLISH answers as ever, and only WAIT tells.
func TestEventPublishedAtAMasterThatHasBecomeAReplica(t *testing.T) {
	for name, c := range map[string]struct {
		replicas int
		demote   []any // and the replica's host and port
		want     int   // replicas that are asked for
	}{
		"a planned failover":             {1, []any{"FAILOVER", "TO"}, 0},
		"REPLICAOF":                      {1, []any{"REPLICAOF"}, 1},
		"REPLICAOF, without replicas":    {0, []any{"REPLICAOF"}, 0},
		"a planned failover, one wanted": {1, []any{"FAILOVER", "TO"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			top := topologytest.Server(t, 1)
			topologytest.Faults(t)
			addrs, redises := top.Addrs(), topologytest.Clients(t, top)
			if c.replicas == 0 {
				require.NoError(t, top.Cut(1))
			}
			host, port, err := net.SplitHostPort(addrs[1])
			require.NoError(t, err)
			e := dialBeforePUBLISH(t, addrs[0], func() {
				if err := redises[0].Do(t.Context(), append(c.demote, host, port)...).Err(); err != nil {
					t.Error(err)
				}
			}).WaitFor(c.want)

			receipt, err := e.Emit(t.Context(), "message", "Hello!")
			require.ErrorIs(t, err, emitter.ErrReplica)
			require.ErrorContains(t, err, "this is a replica of "+addrs[1])
			require.ErrorContains(t, err, "publish it again, at the master")
			require.NotErrorIs(t, err, emitter.ErrNoReceipt)
			require.Zero(t, receipt.Replicas)

			_, err = e.Emit(t.Context(), "message", "Hello!")
			require.ErrorContains(t, err, "publish at its master", "the next event is not sent at all")
		})
	}
}

// The embedded servers know no failover. So here the test answers.
func TestWAITTellsThatTheServerIsAReplica(t *testing.T) {
	for _, says := range []string{
		"ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
		"ERR WAIT cannot be used with replica instances.",
	} {
		addr := scripted(t, func(p *server.Peer, cmd string, _ ...string) bool {
			if cmd == "WAIT" {
				p.WriteError(says)
				return true
			}
			return false
		})
		_, err := newEmitter(t, addr, emitter.Options{}).Emit(t.Context(), "message")
		require.ErrorIs(t, err, emitter.ErrReplica)
		require.NotErrorIs(t, err, emitter.ErrNoReceipt)
	}
}
