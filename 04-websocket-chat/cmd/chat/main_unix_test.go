//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"syscall"
	"testing"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestSIGTERMEndsTheProgramInPeace(t *testing.T) {
	cmd := program(t, []string{"PORT=0", "LISTEN_HOST=127.0.0.1", "GRACE=1h", "NODE_NAME=n1"})
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stderr)
	require.True(t, lines.Scan())
	addr := regexp.MustCompile(`addr=(\S+)`).FindStringSubmatch(lines.Text())
	require.NotNil(t, addr, lines.Text())
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines.Scan() {
		}
	}()

	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 200, "/ws": 426, "/nothing": 404} {
		resp, err := http.Get("http://" + addr[1] + path)
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, want, resp.StatusCode, path)
	}
	http.DefaultClient.CloseIdleConnections()

	alice, err := client.Dial(t.Context(), addr[1], client.DialOptions{Name: "alice"})
	require.NoError(t, err)
	defer alice.Close()
	require.Equal(t, "n1", alice.Welcome().Node)
	id := int64(1)
	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "message", Data: json.RawMessage(`"hi"`), ID: &id}))

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	for {
		if _, err = alice.Receive(t.Context()); err != nil {
			break
		}
	}
	require.True(t, websocket.IsCloseError(err, 1001), "%v", err)
	<-read
	require.NoError(t, cmd.Wait(), "exit 0, as soon as all have left")
}
