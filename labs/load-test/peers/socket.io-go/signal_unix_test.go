//go:build unix

package main

import (
	"net"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestSIGTERMEndsTheProgramWith0(t *testing.T) {
	host, port, err := net.SplitHostPort(redistest.Start(t).Options().Addr)
	require.NoError(t, err)
	node, addr := start(t, "PUB_HOST="+host, "PUB_PORT="+port)
	stays, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/socket.io/?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	defer stays.Close() // a client that stays does not keep it
	require.NoError(t, node.Process.Signal(syscall.SIGTERM))
	require.NoError(t, node.Wait())
}
