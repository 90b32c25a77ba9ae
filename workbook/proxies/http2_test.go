package proxies

//lint:file-ignore SA1019 net/http, which replaces this package, takes no extended CONNECT

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// A browser that has a page by HTTP/2 opens its socket within that connection if the proxy offers it (RFC 8441), as
// haproxy does: then there is no Upgrade, and the proxy makes one for the node. Else it opens a connection of
// HTTP/1.1, as all other tests here do.
func TestSocketWithinHTTP2(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t)
		p := k.before(t, both...)
		said, says := io.Pipe()
		defer says.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodConnect, "https://"+site+"/ws?name=alice", said)
		require.NoError(t, err)
		req.Header.Set(":protocol", "websocket")
		req.Header.Set("Origin", "https://"+site)
		req.Header.Set("Sec-WebSocket-Version", "13")
		resp, err := p.http2(t).RoundTrip(req)
		if k.name != "haproxy" {
			require.ErrorContains(t, err, "extended connect not supported")
			return
		}
		require.NoError(t, err)
		defer resp.Body.Close()
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, "HTTP/2.0", resp.Proto)
		frames := bufio.NewReader(resp.Body)
		require.Contains(t, nextText(t, frames), `"name":"alice"`)
		bob := p.enter(t, "bob")
		const hello = `{"event":"message","data":"hello"}`
		_, err = says.Write(append([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0}, hello...)) // masked by zeros
		require.NoError(t, err)
		bob.hears("hello")
	})
}

// http2 is a connection of HTTP/2, of a library that takes an extended CONNECT; net/http's does not.
func (p *proxy) http2(t *testing.T) *http2.ClientConn {
	t.Helper()
	conn, err := tls.Dial("tcp", p.https, &tls.Config{RootCAs: p.roots, ServerName: site, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	c, err := new(http2.Transport).NewClientConn(conn)
	require.NoError(t, err)
	return c
}

// nextText reads a text frame of less than 64 KiB.
func nextText(t *testing.T, frames *bufio.Reader) string {
	t.Helper()
	var head [2]byte
	_, err := io.ReadFull(frames, head[:])
	require.NoError(t, err)
	require.Equal(t, byte(0x81), head[0])
	size := int(head[1])
	if size == 126 {
		var long [2]byte
		_, err := io.ReadFull(frames, long[:])
		require.NoError(t, err)
		size = int(binary.BigEndian.Uint16(long[:]))
	}
	text := make([]byte, size)
	_, err = io.ReadFull(frames, text)
	require.NoError(t, err)
	return string(text)
}
