//go:build linux && !race

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// resident is the memory that the process has from the system, in bytes.
func (p *process) resident() int {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	require.NoError(p.t, err)
	kilobytes := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(p.t, kilobytes)
	n, err := strconv.Atoi(string(kilobytes[1]))
	require.NoError(p.t, err)
	return n << 10
}

// listen connects a client that listens. The channel that it returns tells when a word has come.
func (p *process) listen(name, room string) (await func(word string)) {
	p.t.Helper()
	addr := strings.TrimPrefix(p.url, "http://")
	conn, err := net.Dial("tcp", addr)
	require.NoError(p.t, err)
	p.t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "GET /ws?name=%s&room=%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", name, room, addr)
	require.NoError(p.t, err)
	var got []byte
	return func(word string) {
		p.t.Helper()
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		for buf := make([]byte, 4096); !bytes.Contains(got, []byte(word)); {
			n, err := conn.Read(buf)
			require.NoError(p.t, err)
			got = append(got, buf[:n]...)
		}
	}
}

// A crowd comes at once, all into one room, and each is told who is there.
func TestAnIdleConnectionIsSmall(t *testing.T) {
	const connections = 3000
	redis := redistest.Start(t).Options().Addr
	n := start(t, at(redis, redis)...).awaitReady()
	n.listen("first", "lobby")(`"present":`) // what a first connection makes once
	before := n.resident()
	var all []func(string)
	for i := range connections {
		await := n.listen(fmt.Sprint("user", i), "crowd")
		await(`"$welcome"`)
		all = append(all, await)
	}
	for _, await := range all {
		await(`"$presence"`)
	}
	each := (n.resident() - before) / connections
	t.Logf("%d bytes for each connection", each)
	require.Less(t, each, 8<<10)
}
