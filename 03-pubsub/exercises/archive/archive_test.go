package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/03-pubsub/exercises/archive"
)

func TestMain(m *testing.M) { redistest.Main(m) }

const (
	channel = "room"
	nowhere = "192.0.2.1:6379" // an address, as a name would be looked up; the dialer leads elsewhere
)

// run publishes messages of so many bytes to an archive for which so many bytes may wait. The disk is full for 10 minutes
// when the first is to be stored, and the others come meanwhile.
func run(t *testing.T, limit, messages, size int, judge func(stored []string, missed int)) {
	synctest.Test(t, func(t *testing.T) {
		server := miniredis.NewMiniRedis()
		defer server.Close()
		client := func(dial func() (net.Conn, error)) *redis.Client {
			return redis.NewClient(&redis.Options{Addr: nowhere, Dialer: func(context.Context, string, string) (net.Conn, error) { return dial() }})
		}
		publisher := client(server.Dial)
		defer publisher.Close()
		db := client(func() (net.Conn, error) {
			c, err := server.Dial()
			if err != nil {
				return nil, err
			}
			return buffered(c), nil
		})
		defer db.Close()

		var stored []string
		missed, ended := 0, make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(ended)
			missed, _ = archive.Archive(ctx, db, channel, limit, func(message string) {
				if len(stored) == 0 {
					time.Sleep(10 * time.Minute)
				}
				stored = append(stored, message)
			})
		}()
		time.Sleep(time.Second) // it has subscribed
		for i := range messages {
			text := fmt.Sprint(i+1, " ")
			require.NoError(t, publisher.Publish(t.Context(), channel, text+strings.Repeat("x", size-len(text))).Err())
			if i == 0 {
				synctest.Wait() // it is being stored
			}
		}
		time.Sleep(time.Hour)
		cancel()
		<-ended
		judge(stored, missed)
	})
}

// gap is the first number that is not where it should be; 0: none.
func gap(stored []string) (number int, after string) {
	for i, message := range stored {
		if !strings.HasPrefix(message, fmt.Sprint(i+1, " ")) {
			return i + 1, strings.Fields(stored[max(0, i-1)])[0]
		}
	}
	return 0, ""
}

func TestADiskThatIsFullForTenMinutesCostsNoMessage(t *testing.T) {
	const messages = 300
	run(t, 1<<20, messages, 100, func(stored []string, missed int) {
		number, after := gap(stored)
		switch {
		case number > 0:
			t.Errorf("%d messages were published, 100 bytes each, and 1 MiB may wait; %d were stored: number %d is missing, after %s", messages, len(stored), number, after)
		case len(stored) != messages:
			t.Errorf("%d messages were published, 100 bytes each, and 1 MiB may wait; %d were stored", messages, len(stored))
		}
		if missed != 0 {
			t.Errorf("%d messages were published, 100 bytes each, and 1 MiB may wait; Archive says that %d were missed", messages, missed)
		}
	})
}

func TestWhatCannotWaitIsCounted(t *testing.T) {
	const messages, size, limit = 300, 1000, 50_000
	run(t, limit, messages, size, func(stored []string, missed int) {
		most := limit/size + 1 // one more is being stored
		if len(stored) > most {
			t.Errorf("%d messages of %d bytes came while the disk was full, and %d bytes may wait; %d were stored: more have waited than may", messages, size, limit, len(stored))
		}
		if len(stored) < most/2 {
			t.Errorf("%d messages of %d bytes came while the disk was full, and %d bytes may wait; only %d were stored", messages, size, limit, len(stored))
		}
		if len(stored)+missed != messages {
			t.Errorf("%d messages were published, %d were stored, and Archive says that %d were missed: that makes %d", messages, len(stored), missed, len(stored)+missed)
		}
	})
}

// wide is a connection that holds what was sent until it is read, as TCP does; net.Pipe holds nothing.
type wide struct {
	net.Conn
	mu     sync.Mutex
	come   *sync.Cond
	buffer bytes.Buffer
	err    error
}

func buffered(c net.Conn) *wide {
	w := &wide{Conn: c}
	w.come = sync.NewCond(&w.mu)
	go func() {
		_, err := io.Copy(writer{w}, c)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.err = err; err == nil {
			w.err = io.EOF
		}
		w.come.Broadcast()
	}()
	return w
}

// writer is where the bytes come in.
type writer struct{ w *wide }

func (w writer) Write(p []byte) (int, error) {
	w.w.mu.Lock()
	defer w.w.mu.Unlock()
	defer w.w.come.Broadcast()
	return w.w.buffer.Write(p)
}

func (w *wide) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.buffer.Len() == 0 && w.err == nil {
		w.come.Wait()
	}
	if w.buffer.Len() > 0 {
		return w.buffer.Read(p)
	}
	return 0, w.err
}

// SetReadDeadline does nothing: who reads waits.
func (w *wide) SetReadDeadline(time.Time) error { return nil }

// SetDeadline is for writing alone.
func (w *wide) SetDeadline(t time.Time) error { return w.SetWriteDeadline(t) }
