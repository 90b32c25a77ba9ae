package launch_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

// A stop does not wait for ever for a command that does not end; the test holds it up.
func TestServerThatHangsIsStoppedInTime(t *testing.T) {
	for name, stop := range map[string]func(s *launch.Embedded) error{
		"kill":    (*launch.Embedded).Kill,
		"close":   (*launch.Embedded).Close,
		"stop":    func(s *launch.Embedded) error { return s.Stop(t.Context()) },
		"restart": func(s *launch.Embedded) error { return s.Restart(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			begun, end := make(chan bool, 1), make(chan bool)
			defer close(end)
			s, err := launch.StartEmbedded(launch.EmbeddedOptions{
				StopTimeout: 20 * time.Millisecond,
				Hook: func(_ *server.Peer, cmd string, _ ...string) bool {
					if cmd == "ECHO" {
						begun <- true
						<-end
					}
					return false
				},
			})
			require.NoError(t, err)
			c := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, ReadTimeout: patience})
			defer c.Close()
			answered := make(chan error, 1)
			go func() { answered <- c.Echo(t.Context(), "hello").Err() }()
			<-begun

			err = stop(s)
			require.ErrorIs(t, err, launch.ErrHangs)
			require.ErrorContains(t, err, "end the embedded server on "+s.Addr())
			require.Error(t, <-answered, "the connection is closed")
			require.Error(t, c.Ping(t.Context()).Err(), "and nobody is let in")
			require.NoError(t, s.Close(), "a second time there is nothing to wait for")
		})
	}
}
