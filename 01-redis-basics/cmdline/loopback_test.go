package cmdline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func TestNamesOfThisMachine(t *testing.T) {
	for host, name := range map[string]string{
		"localhost": "localhost", "LocalHost:3000": "localhost", "localhost.:3000": "localhost", "chat.localhost:80": "chat.localhost",
		"127.0.0.1:3000": "127.0.0.1", "127.1.2.3": "127.1.2.3", "[::1]:3000": "::1", "[::1]": "::1", "[::ffff:127.0.0.1]:3000": "::ffff:127.0.0.1",
	} {
		require.Equal(t, name, cmdline.HostName(host))
		require.True(t, cmdline.IsLoopback(name), name)
	}
	for _, host := range []string{
		"", ":3000", "chat.example.com", "localhost.example.com:3000", "notlocalhost", "127.0.0.1.example.com", "0.0.0.0:3000", "10.0.0.5", "[::]:3000", "[::2]",
		"127.1", "127.0.0.1@chat.example.com", "localhost:3000:3000.example.com",
	} {
		require.False(t, cmdline.IsLoopback(cmdline.HostName(host)), host)
	}
}
