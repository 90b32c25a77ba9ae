package dial_test

import (
	"context"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/redistest"
)

const protected = "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
	"In this mode connections are only accepted from the loopback interface."

// ask asks a server with clients that greet it in several ways, some times each.
func ask(t *testing.T, addr string, check func(error)) {
	logging.Disable()
	t.Cleanup(logging.Enable)
	for _, login := range []dial.Login{{}, {Password: "secret"}} {
		for _, o := range []redis.Options{{Protocol: 2}, {Protocol: 3}, {Protocol: 2, ClientName: "asking"}} {
			options := login.Options(addr)
			options.Protocol, options.ClientName = o.Protocol, o.ClientName
			options.DialTimeout, options.ReadTimeout, options.WriteTimeout = patience, patience, patience
			client := redis.NewClient(options)
			for range 10 {
				conn := client.Conn()
				err := conn.Ping(t.Context()).Err()
				conn.Close()
				require.Error(t, err)
				require.Equal(t, dial.ErrorAnswer, dial.Diagnose(err), "%#v: %v", o, err)
				check(dial.Explain(t.Context(), nil, err))
			}
			client.Close()
		}
	}
}

func TestWhatAServerSaysBeforeItEndsAConnectionIsTold(t *testing.T) {
	for answer, want := range map[string]string{
		protected: "it lets in only clients of its own machine: give it a password (requirepass), and us REDIS_PASSWORD " +
			"(DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user)",
		"ERR max number of clients reached": "it has as many clients as it takes: raise its maxclients, or end some (ERR max number of clients reached)",
	} {
		addr := listener(t, func(c *net.TCPConn) { c.Write([]byte("-" + answer + "\r\n")); c.Close() })
		ask(t, addr, func(err error) { require.EqualError(t, err, want) })
	}
}

func TestAServerThatIsFullSaysSo(t *testing.T) {
	redistest.NeedsServer(t)
	server := redistest.Start(t)
	admin := server.Conn()
	defer admin.Close()
	config := func(clients string) {
		require.NoError(t, admin.ConfigSet(context.WithoutCancel(t.Context()), "maxclients", clients).Err())
	}
	defer config("10000")
	config("1")
	ask(t, server.Options().Addr, func(err error) { require.ErrorContains(t, err, "it has as many clients as it takes") })
}

// A server that is older than our greeting says so, and ends the connection later
// for another reason.
func TestAnUnknownGreetingIsNoLastWord(t *testing.T) {
	logging.Disable()
	t.Cleanup(logging.Enable)
	addr := listener(t, func(c *net.TCPConn) {
		c.Read(make([]byte, 1000))
		c.Write([]byte("-ERR unknown command 'hello'\r\n"))
		c.Read(make([]byte, 1000))
		c.Close()
	})
	client := redis.NewClient(dial.Once(redis.Options{Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
	defer client.Close()
	require.Equal(t, dial.ConnectionEnded, dial.Diagnose(client.Ping(t.Context()).Err()))
}

func TestOneCauseHasOneReason(t *testing.T) {
	addr := listener(t, func(c *net.TCPConn) { c.SetLinger(0); c.Close() }) // a broken pipe, a reset connection, an end
	logging.Disable()
	t.Cleanup(logging.Enable)
	client := redis.NewClient(dial.Once(redis.Options{Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
	defer client.Close()
	reasons := map[string]bool{}
	for range 50 {
		if err := client.Ping(t.Context()).Err(); dial.Diagnose(err) == dial.ConnectionEnded {
			reasons[dial.Reason(err)] = true
		}
	}
	require.LessOrEqual(t, len(reasons), 1)
}
