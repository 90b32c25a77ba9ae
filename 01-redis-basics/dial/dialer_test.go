package dial

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// town is a network in which a name has three addresses.
func town(answer func(ctx context.Context, addr string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	d := dialer{
		func(context.Context, string) ([]string, error) {
			return []string{"192.0.2.1", "192.0.2.2", "2001:db8::3"}, nil
		},
		func(ctx context.Context, _, addr string) (net.Conn, error) { return answer(ctx, addr) },
	}
	return d.dialAs(&redis.Options{DialTimeout: time.Second})
}

func TestEachAddressOfANameIsTriedInTime(t *testing.T) {
	silent := func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	refused := errors.New("connection refused")
	there, _ := net.Pipe()
	for name, c := range map[string]struct {
		answers map[string]func(context.Context) (net.Conn, error)
		after   time.Duration
		err     error
	}{
		"the first answers": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379": func(context.Context) (net.Conn, error) { return there, nil },
		}, 0, nil},
		"the first is silent": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379": silent,
			"192.0.2.2:6379": func(context.Context) (net.Conn, error) { return there, nil },
		}, 250 * time.Millisecond, nil},
		"the first refuses": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379": func(context.Context) (net.Conn, error) { return nil, refused },
			"192.0.2.2:6379": func(context.Context) (net.Conn, error) { return there, nil },
		}, 0, nil},
		"only the last answers": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379":     silent,
			"192.0.2.2:6379":     silent,
			"[2001:db8::3]:6379": func(context.Context) (net.Conn, error) { return there, nil },
		}, 500 * time.Millisecond, nil},
		"the first is slow, and there": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379":     func(context.Context) (net.Conn, error) { time.Sleep(900 * time.Millisecond); return there, nil },
			"192.0.2.2:6379":     silent,
			"[2001:db8::3]:6379": silent,
		}, 900 * time.Millisecond, nil},
		"all refuse": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379":     func(context.Context) (net.Conn, error) { return nil, refused },
			"192.0.2.2:6379":     func(context.Context) (net.Conn, error) { return nil, errors.New("no route to host") },
			"[2001:db8::3]:6379": func(context.Context) (net.Conn, error) { return nil, errors.New("no route to host") },
		}, 0, refused},
		"all are silent": {map[string]func(context.Context) (net.Conn, error){
			"192.0.2.1:6379": silent, "192.0.2.2:6379": silent, "[2001:db8::3]:6379": silent,
		}, time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				conn, err := town(func(ctx context.Context, addr string) (net.Conn, error) { return c.answers[addr](ctx) })(t.Context(), "tcp", "redis:6379")
				require.Equal(t, c.after, time.Since(began))
				require.ErrorIs(t, err, c.err)
				if c.err == nil {
					require.Equal(t, there, conn)
				}
				synctest.Wait() // the others have ended
			})
		})
	}
}

func TestAConnectionThatComesTooLateIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late, other := net.Pipe()
		dial := town(func(_ context.Context, addr string) (net.Conn, error) {
			if addr == "192.0.2.1:6379" {
				time.Sleep(time.Minute)
				return late, nil
			}
			return nil, errors.New("connection refused")
		})
		_, err := dial(t.Context(), "tcp", "redis:6379")
		require.Error(t, err)
		_, err = other.Read(make([]byte, 1)) // waits for its end
		require.Error(t, err)
	})
}

func TestANameThatCannotBeLookedUpHasOneReason(t *testing.T) {
	reason := func(words string) string {
		d := dialer{lookup: func(context.Context, string) ([]string, error) {
			return nil, &net.DNSError{Err: words, Name: "redis", IsTemporary: true}
		}}
		_, err := d.dialAs(&redis.Options{DialTimeout: time.Second})(t.Context(), "tcp", "redis:6379")
		require.Equal(t, NobodyThere, Diagnose(err))
		return Reason(err)
	}
	require.Equal(t, reason("read udp 127.0.0.1:4000->127.0.0.1:53: connection refused"),
		reason("read udp 127.0.0.1:4001->127.0.0.1:53: connection refused"))
}
