package basics_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// inhabited is a server with data of somebody else, and that data as it was.
func inhabited(t *testing.T) (*redis.Client, func() []string) {
	needsTour(t)
	ctx, c := t.Context(), redistest.Exclusive(t)
	prefix := redistest.Prefix(t)
	mine := []string{prefix + "text", prefix + "list", prefix + "hash"}
	require.NoError(t, c.Set(ctx, mine[0], "theirs", time.Hour).Err())
	require.NoError(t, c.RPush(ctx, mine[1], "a", "b").Err())
	require.NoError(t, c.HSet(ctx, mine[2], "f", "v").Err())
	t.Cleanup(func() { c.Del(context.WithoutCancel(ctx), mine...) })
	return c, func() []string { return keyspace(t, c) }
}

// keyspace is all that a server holds: each key with its type and value.
func keyspace(t *testing.T, c *redis.Client) []string {
	ctx := context.WithoutCancel(t.Context())
	all := []string{fmt.Sprint("size ", c.DBSize(ctx).Val())}
	for keys := c.Scan(ctx, 0, "*", 1000).Iterator(); keys.Next(ctx); {
		k := keys.Val()
		var value any
		switch kind := c.Type(ctx, k).Val(); kind {
		case "string":
			value = c.Get(ctx, k).Val()
		case "list":
			value = c.LRange(ctx, k, 0, -1).Val()
		case "hash":
			value = c.HGetAll(ctx, k).Val()
		default:
			value = kind
		}
		all = append(all, fmt.Sprint(k, " ", value, " expires ", c.TTL(ctx, k).Val() > 0))
	}
	slices.Sort(all)
	return all
}

func running(c *redis.Client) launch.Backend {
	return launch.Backend{Kind: launch.KindRunning, Addrs: []string{c.Options().Addr}}
}

func TestRunningServerIsLeftAsItWasFound(t *testing.T) {
	c, now := inhabited(t)
	before := now()
	for _, s := range basics.Sections() {
		_, err := tourOn(t.Context(), t, running(c), s.Name)
		require.NoError(t, err)
		require.Equal(t, before, now(), "after section %s", s.Name)
	}
}

// cutter ends a context when the tour has printed so many lines.
type cutter struct {
	bytes.Buffer
	after  int
	cancel context.CancelFunc
}

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.Buffer.Write(p)
	if bytes.Count(c.Bytes(), []byte("\n")) >= c.after {
		c.cancel()
	}
	return n, err
}

func TestInterruptedTourLeavesNothingBehind(t *testing.T) {
	c, now := inhabited(t)
	before := now()
	for _, name := range []string{"strings", "lists", "keyvalue", "atomicity", "pipelining", "watch"} {
		for _, lines := range []int{3, 6, 14} {
			ctx, cancel := context.WithCancel(t.Context())
			start, err := basics.StartTour(ctx, basics.TourOptions{Backend: running(c), Out: &cutter{after: lines, cancel: cancel}, Patience: patience})
			require.NoError(t, err)
			sections, err := basics.Find(name)
			require.NoError(t, err)
			require.ErrorIs(t, start.Run(ctx, sections[0]), context.Canceled, "%s after %d lines", name, lines)
			require.NoError(t, start.Close())
			require.Equal(t, before, now(), "%s after %d lines", name, lines)
		}
	}
}

func TestTourSaysWhatItCouldNotRemove(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	var out bytes.Buffer
	tour, err := basics.StartTour(t.Context(), basics.TourOptions{Backend: launch.Backend{Kind: launch.KindRunning, Addrs: []string{s.Addr()}}, Out: &out, Patience: patience})
	require.NoError(t, err)
	defer tour.Close()
	tour.Key("something")
	require.NoError(t, s.Kill())
	sections, err := basics.Find("sets")
	require.NoError(t, err)
	require.ErrorIs(t, tour.Run(t.Context(), sections[0]), basics.ErrKeysLeft)
}

func TestWrongServerIsOneSentence(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	go func() { // something that speaks another protocol
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
			conn.Close()
		}
	}()
	locked, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer locked.Close()
	locked.Miniredis().RequireAuth("secret")
	gone, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	require.NoError(t, gone.Close())

	for _, c := range []struct{ addr, password, says string }{
		{gone.Addr(), "", "nobody answers there"},
		{silent.Addr().String(), "", "does not answer as Redis does"},
		{locked.Addr(), "", "a password is wanted: set REDIS_PASSWORD"},
		{locked.Addr(), "guess", "user or password is not accepted"},
	} {
		_, err := basics.StartTour(t.Context(), basics.TourOptions{
			Backend: launch.Backend{Kind: launch.KindRunning, Addrs: []string{c.addr}}, Login: dial.Login{Password: c.password}, Patience: patience,
		})
		require.ErrorContains(t, err, c.says)
		require.ErrorContains(t, err, c.addr)
		require.NotContains(t, err.Error(), "\n")
	}
	tour, err := basics.StartTour(t.Context(), basics.TourOptions{
		Backend: launch.Backend{Kind: launch.KindRunning, Addrs: []string{locked.Addr()}}, Login: dial.Login{Password: "secret"}, Patience: patience,
	})
	require.NoError(t, err)
	require.NoError(t, tour.Close())
}

func TestReplicaIsRefusedWithItsReason(t *testing.T) {
	needsTour(t)
	master := redistest.Process(t, launch.ProcessOptions{})
	replica := redistest.Process(t, launch.ProcessOptions{Args: launch.Following(master.Addr())})
	_, err := basics.StartTour(t.Context(), basics.TourOptions{Backend: launch.Backend{Kind: launch.KindRunning, Addrs: []string{replica.Addr()}}, Patience: patience})
	require.ErrorContains(t, err, replica.Addr()+": this is a replica: give the address of its master")
}
