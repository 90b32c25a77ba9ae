package node

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
)

// log is what was written. It can be read while a timer writes.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A client that connects again and again is two lines each time.
func TestFloodOfConnectionsDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written log
		log := slog.New(newSparse(slog.NewTextHandler(&written, nil)))
		const connections, seconds = 20_000, 10
		for i := range connections {
			log.With("node", "n1").Info(chat.LogConnected, "id", i)
			log.WithGroup("client").Info(chat.LogDisconnected, "id", i)
			time.Sleep(seconds * time.Second / connections)
		}
		log.Warn("something else")
		require.Contains(t, written.String(), "something else", "the kinds have limits of their own")
		lines := strings.Count(written.String(), "msg=connected")
		require.InDelta(t, linesAtOnce+seconds*linesPerSecond, lines, 2)
		require.Less(t, len(written.String()), 400_000)

		time.Sleep(tellLeftOut)
		synctest.Wait()
		left := 0
		for _, m := range regexp.MustCompile(`level=WARN msg="lines left out" line=connected count=(\d+)\n`).FindAllStringSubmatch(written.String(), -1) {
			var n int
			_, err := fmt.Sscan(m[1], &n)
			require.NoError(t, err)
			left += n
		}
		require.Equal(t, connections-lines, left, "every line is written or counted")
		before := len(written.String())
		log.Info(chat.LogConnected)
		require.Contains(t, written.String()[before:], chat.LogConnected, "and then they come again")
		time.Sleep(time.Hour)
		require.NotContains(t, written.String()[before:], LogLeftOut)
	})
}

func TestDebugLinesAreAllThere(t *testing.T) {
	var written bytes.Buffer
	log := slog.New(newSparse(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for range 2 * linesAtOnce {
		log.Debug("message")
	}
	require.Equal(t, 2*linesAtOnce, strings.Count(written.String(), "message"))
	log = slog.New(newSparse(slog.NewTextHandler(&written, nil)))
	require.False(t, log.Enabled(context.Background(), slog.LevelDebug))
}

// Texts that are no constants do not fill the memory.
func TestKindsOfLinesAreBounded(t *testing.T) {
	k := &kinds{out: slog.DiscardHandler, all: map[string]*kind{}}
	for i := range 10 * mostKinds {
		k.lets(fmt.Sprint(i))
	}
	require.LessOrEqual(t, len(k.all), mostKinds+1)
}
