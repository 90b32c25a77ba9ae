package node

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) { redistest.Main(m) }

func Example() {
	var c Config
	err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), []string{"-sub-port=6380", "-durable=1"})
	fmt.Println(c.Relay.SubAddr, c.Relay.Durable, err)
	// Output: 127.0.0.1:6380 1 <nil>
}

func TestVariablesOfThisLabAreRead(t *testing.T) {
	t.Setenv("STREAM_LENGTH", "5000")
	t.Setenv("STREAM_AGE", "90m")
	t.Setenv("DURABLE", "2")
	t.Setenv("SUB_PORT", "7000")
	var c Config
	require.NoError(t, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), nil))
	require.EqualValues(t, 5000, c.Streams.Length)
	require.Equal(t, 90*time.Minute, c.Streams.Age)
	require.Equal(t, 2, c.Relay.Durable)
	require.Equal(t, "127.0.0.1:7000", c.Relay.SubAddr)
}

func TestBadValueIsOneSentence(t *testing.T) {
	for name, value := range map[string]string{"stream-length": "10", "stream-age": "0s", "durable": "-1", "sub-port": "http"} {
		var c Config
		err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), []string{"-" + name + "=" + value})
		require.ErrorContains(t, err, name)
	}
}
