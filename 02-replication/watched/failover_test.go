package watched

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// sentinel answers each word as the test says, and notes it. Without an answer it ends the connection.
func sentinel(t *testing.T, answers map[string]string) (addr string, asked *redistest.Buffer) {
	asked = &redistest.Buffer{}
	return redistest.Listen(t, func(conn net.Conn) {
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			word := strings.ToLower(lines.Text())
			if word != "hello" && word != "ping" && word != "failover" {
				continue
			}
			io.WriteString(asked, word+" ")
			answer := answers[word]
			if answer == "" {
				return
			}
			if _, err := io.WriteString(conn, answer+"\r\n"); err != nil {
				return
			}
		}
	}), asked
}

var healthy = map[string]string{"hello": "-ERR unknown command", "ping": "+PONG", "failover": "+OK"}

// It may have begun. A second one that begins would be a second failover.
func TestFailoverThatASentinelDoesNotConfirmIsBegunByNoOther(t *testing.T) {
	silent, asked := sentinel(t, map[string]string{"hello": healthy["hello"], "ping": healthy["ping"]})
	next, nextAsked := sentinel(t, healthy)
	err := failOver(t.Context(), "mymaster", []string{silent, next})
	require.ErrorContains(t, err, "fail over by the Sentinel at "+silent+": it may have begun, or begin when it answers again, so no other is asked: ")
	require.Equal(t, "hello ping failover ", asked.String())
	require.Empty(t, nextAsked.String())
}

// One that is frozen finds no command when it thaws.
func TestSentinelThatDoesNotAnswerIsNotSentTheCommand(t *testing.T) {
	for _, silent := range []map[string]string{nil, {"hello": healthy["hello"]}} {
		first, asked := sentinel(t, silent)
		next, nextAsked := sentinel(t, healthy)
		require.NoError(t, failOver(t.Context(), "mymaster", []string{redistest.Nobody(t), first, next}))
		require.NotContains(t, asked.String(), "failover")
		require.Equal(t, "hello ping failover ", nextAsked.String())
	}
}
