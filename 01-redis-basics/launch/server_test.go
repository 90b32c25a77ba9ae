package launch_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// patience ends a wait for something that should come, and does not because of
// a mistake. It says nothing about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// servers runs f against an embedded server, and against a real one if
// WORKBOOK_REDIS asks for it.
func servers(t *testing.T, f func(*testing.T, launch.Server)) {
	t.Run("embedded", func(t *testing.T) {
		s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		f(t, s)
	})
	t.Run("process", func(t *testing.T) {
		f(t, redistest.Process(t, launch.ProcessOptions{}))
	})
}

func client(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAddressStaysOverKillStopAndRestart(t *testing.T) {
	servers(t, func(t *testing.T, s launch.Server) {
		ctx, addr := t.Context(), s.Addr()
		c := client(t, addr)
		for _, end := range []func() error{s.Kill, func() error { return s.Stop(ctx) }} {
			require.NoError(t, c.Set(ctx, "name", "alice", 0).Err())
			require.NoError(t, end())
			require.Error(t, c.Ping(ctx).Err(), "nobody answers")
			require.NoError(t, end(), "ending what has ended is no mistake")
			require.NoError(t, s.Restart(ctx))
			require.Equal(t, addr, s.Addr())
			require.ErrorIs(t, client(t, addr).Get(ctx, "name").Err(), redis.Nil, "nothing was configured to be saved")
		}
		require.NoError(t, s.Restart(ctx), "a server that runs is stopped first")
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		require.Error(t, s.Restart(ctx))
	})
}

func TestHookSeesTheFirstCommandOfEachRun(t *testing.T) {
	var pings atomic.Int32
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "PING" {
			pings.Add(1)
		}
		return false
	}})
	require.NoError(t, err)
	defer s.Close()
	for n := range int32(3) {
		require.NoError(t, client(t, s.Addr()).Ping(t.Context()).Err())
		require.Equal(t, n+1, pings.Load())
		old := s.Miniredis()
		require.NoError(t, s.Restart(t.Context()))
		require.NotSame(t, old, s.Miniredis())
	}
}

func TestTakenPortIsOneSentence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = launch.StartEmbedded(launch.EmbeddedOptions{Port: port})
	require.ErrorIs(t, err, launch.ErrPortTaken)
	require.NotContains(t, err.Error(), "\n")
	t.Run("process", func(t *testing.T) {
		redistest.NeedsServer(t)
		_, err = launch.StartProcess(t.Context(), launch.ProcessOptions{Port: port})
		require.ErrorIs(t, err, launch.ErrPortTaken)
		require.NotContains(t, err.Error(), "\n")
	})
}

func TestFailedStartShowsTheServersLog(t *testing.T) {
	redistest.NeedsServer(t)
	_, err := launch.StartProcess(t.Context(), launch.ProcessOptions{Args: []string{"--no-such-option", "1"}})
	require.ErrorContains(t, err, "no-such-option")
	require.NotContains(t, err.Error(), "\n")
}

// A server of Redis 5 ends at its first look at a setting of Redis 6.
func TestServerThatIsTooOldIsCalledSo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for an old server is a shell script, which Windows does not run")
	}
	dir := t.TempDir()
	old := "#!/bin/sh\necho '*** FATAL CONFIG FILE ERROR ***'\necho 'Reading the configuration file, at line 13'\n" +
		"echo \">>> 'rdb-del-sync-files \\\"yes\\\"'\"\necho 'Bad directive or wrong number of arguments'\nexit 1\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redis-server"), []byte(old), 0o700))
	t.Setenv("PATH", dir)
	_, err := launch.StartProcess(t.Context(), launch.ProcessOptions{})
	require.ErrorContains(t, err, "it does not know its setting rdb-del-sync-files: is it older than Redis 6?")
	require.NotContains(t, err.Error(), "\n")
}

func TestServerIsAgainWhatItHasWrittenIntoItsFile(t *testing.T) {
	s := redistest.Process(t, launch.ProcessOptions{File: []string{"maxclients 77"}})
	ctx, c := t.Context(), client(t, s.Addr())
	now := func() string { return c.ConfigGet(ctx, "maxclients").Val()["maxclients"] }
	require.Equal(t, "77", now())
	require.NoError(t, c.ConfigSet(ctx, "maxclients", "78").Err())
	require.NoError(t, c.ConfigRewrite(ctx).Err())
	require.NoError(t, s.Restart(ctx))
	require.Eventually(t, func() bool { return now() == "78" }, patience, time.Millisecond)
	require.Equal(t, "", c.ConfigGet(ctx, "save").Val()["save"], "arguments win")
}

func TestProcessCleansUpItsFolder(t *testing.T) {
	p := redistest.Process(t, launch.ProcessOptions{})
	require.FileExists(t, p.LogFile())
	require.NoError(t, p.Close())
	_, err := os.Stat(p.LogFile())
	require.True(t, errors.Is(err, os.ErrNotExist))
}

func TestFrozenServerAnswersAfterTheThaw(t *testing.T) {
	p := redistest.Process(t, launch.ProcessOptions{})
	c := client(t, p.Addr())
	require.NoError(t, c.Ping(t.Context()).Err())
	require.NoError(t, p.Freeze())
	answered := make(chan error, 1)
	go func() { answered <- c.Ping(t.Context()).Err() }()
	require.Never(t, func() bool { return len(answered) > 0 }, 50*time.Millisecond, 5*time.Millisecond)
	require.NoError(t, p.Thaw())
	require.NoError(t, <-answered)
	require.NoError(t, p.Freeze())
	require.NoError(t, p.Kill(), "a frozen server can be killed")
	require.Error(t, p.Thaw())
}

func TestServersStartTogether(t *testing.T) {
	redistest.NeedsServer(t)
	var starts errgroup.Group
	for range 4 {
		starts.Go(func() error {
			p, err := launch.StartProcess(t.Context(), launch.ProcessOptions{})
			if err != nil {
				return err
			}
			return p.Close()
		})
	}
	require.NoError(t, starts.Wait())
}

// A subscriber that does not read holds up miniredis itself, its Close too.
func TestSubscriberThatDoesNotReadCannotHoldUpTheEnd(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	subscriber, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	defer subscriber.Close()
	_, err = subscriber.Write([]byte("*2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nroom\r\n"))
	require.NoError(t, err)
	_, err = subscriber.Read(make([]byte, 1)) // confirmed; after this it reads nothing
	require.NoError(t, err)

	publisher := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, ReadTimeout: 200 * time.Millisecond})
	defer publisher.Close()
	payload := make([]byte, 1<<20)
	for publisher.Publish(t.Context(), "room", payload).Err() == nil { // until nobody is answered any more
	}
	require.NoError(t, s.Close())
}
