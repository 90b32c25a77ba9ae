package node

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// troubled is a test in a bubble, on a Server as a program has it, limits and
// all, with a crowd and its control. In a bubble time goes on only when nobody
// has anything to do. So a crowd that is not held up has said as many numbers
// as its control.
func troubled(t *testing.T, test func(t *testing.T, n *started)) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := running(t, &Server{})
		control, _, _ := running(t, &Server{})
		crowd := n.Gather(50*time.Millisecond, control.Node)
		test(t, n)
		time.Sleep(time.Second) // some trouble takes no time at all
		require.True(t, chattest.WaitFor(func() bool { return n.hub.Stats().Connections == chattest.CrowdSize }))
		require.Empty(t, crowd.Leave())
		require.InDelta(t, crowd.Control.Said, crowd.Said, 1)
	})
}

// Every answer comes at once, and then the socket ends or takes another request.
func TestBrokenRequestsAreAnsweredAndHarmNobody(t *testing.T) {
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	const version, key = "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	const first, host = "GET /ws HTTP/1.1\r\n", "Host: x\r\n"
	for name, test := range map[string]struct {
		request string
		status  int
		says    string // part of the answer's body
	}{
		"as it should be":        {first + host + upgrade + version + key, 101, ""},
		"an offer to compress":   {first + host + upgrade + version + key + "Sec-WebSocket-Extensions: permessage-deflate\r\n", 101, ""}, // declined
		"posted":                 {"POST /ws HTTP/1.1\r\n" + host + upgrade + version + key, 405, "connect with GET"},
		"a body":                 {first + host + upgrade + version + key + "Content-Length: 5\r\n", 400, "has no body"}, // which never comes
		"a body of 1 GB":         {first + host + upgrade + version + key + "Content-Length: 1073741824\r\n", 400, "has no body"},
		"a body in chunks":       {first + host + upgrade + version + key + "Transfer-Encoding: chunked\r\n", 400, "has no body"},
		"a body of no bytes":     {first + host + upgrade + version + key + "Content-Length: 0\r\n", 101, ""},
		"a method of one's own":  {"FETCH /ws HTTP/1.1\r\n" + host, 405, "connect with GET"},
		"version 8":              {first + host + upgrade + "Sec-WebSocket-Version: 8\r\n" + key, 400, "unsupported version"},
		"no version":             {first + host + upgrade + key, 400, "unsupported version"},
		"no key":                 {first + host + upgrade + version, 400, "Sec-WebSocket-Key"},
		"a key of 15 bytes":      {first + host + upgrade + version + "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1\r\n", 400, "Sec-WebSocket-Key"},
		"a key that is no code":  {first + host + upgrade + version + "Sec-WebSocket-Key: ************************\r\n", 400, "Sec-WebSocket-Key"},
		"another site's page":    {first + host + "Origin: https://evil.example.com\r\n" + upgrade + version + key, 403, "evil.example.com may not connect"},
		"an origin of HTML":      {first + host + "Origin: <script>\r\n" + upgrade + version + key, 403, "may not connect"},
		"an upgrade to HTTP/2":   {first + host + "Connection: Upgrade\r\nUpgrade: h2c\r\n", 426, "does not ask for a WebSocket"},
		"a header of 1 MB":       {first + host + upgrade + version + key + "X: " + strings.Repeat("x", 1<<20) + "\r\n", 431, ""},
		"a million headers":      {first + host + upgrade + version + key + strings.Repeat("X: y\r\n", 1e6), 431, ""},
		"a URL of 1 MB":          {"GET /ws?name=" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\n" + host, 431, ""},
		"no host":                {first + upgrade + version + key, 400, "Host"},
		"two hosts":              {first + host + host + upgrade + version + key, 400, ""},
		"a header without name":  {first + host + ": x\r\n", 400, ""},
		"a header with a zero":   {first + host + "X: \x00\r\n", 400, ""},
		"HTTP of the future":     {"GET /ws HTTP/9.9\r\n" + host, 505, ""},
		"TLS, where there is no": {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400, ""},
		"a WebSocket's frames":   {"\x81\x80\x00\x00\x00\x00\r\n", 400, ""},
		"a length below zero":    {first + host + "Content-Length: -1\r\n", 400, ""},
		"two lengths":            {first + host + "Content-Length: 1\r\nContent-Length: 2\r\n", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			troubled(t, func(t *testing.T, n *started) {
				conn, err := n.Dial(t.Context(), "", "")
				require.NoError(t, err)
				defer conn.Close()
				began := time.Now()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					_, _ = io.WriteString(conn, test.request+"\r\n") // an error: it was answered before the end of it
				}()
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				require.Equal(t, began, time.Now(), "at once")
				require.Equal(t, test.status, resp.StatusCode)
				if test.status != http.StatusSwitchingProtocols {
					body, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					require.Contains(t, string(body), test.says)
					require.NotEqual(t, "text/html", resp.Header.Get("Content-Type"))
				}
				require.Empty(t, resp.Header.Get("Sec-WebSocket-Extensions"))
				conn.Close()
				<-sent
			})
		})
	}
}

// A socket that asks for nothing costs a goroutine and a buffer until its time
// is over. HALF_OPEN=10000 tries as many as it says.
func TestHalfOpenConnectionsEndAndHoldNobodyUp(t *testing.T) {
	many := 200
	if s := os.Getenv("HALF_OPEN"); s != "" {
		var err error
		many, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	troubled(t, func(t *testing.T, n *started) {
		heap, stacks := chattest.Memory()
		conns := make([]net.Conn, many)
		began := time.Now()
		for i := range conns {
			conn, err := n.Dial(t.Context(), "", "")
			require.NoError(t, err, "connection %d", i)
			defer conn.Close()
			_, err = io.WriteString(conn, chattest.Handshake[:i%80])
			require.NoError(t, err)
			conns[i] = conn
		}
		late := n.Enter("late", "elsewhere")
		late.Does(`{"event":"message","data":1,"id":1}`)
		late.WS.Close()
		withHeap, withStacks := chattest.Memory()
		for i, conn := range conns {
			_, err := io.Copy(io.Discard, conn) // the answer, where there is one, and the end
			require.NoError(t, err, "connection %d", i)
		}
		require.Equal(t, 5*time.Second, time.Since(began))
		t.Logf("%d were open; %d bytes each", many, (withHeap+withStacks-heap-stacks)/many)
	})
}
