package proxies

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// get asks the node itself.
func (n *node) get(path string) (status int, body string) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + n.addr + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// answer is what a proxy has answered.
type answer struct {
	status int
	proto  string // HTTP/1.1 or HTTP/2.0
	header http.Header
	body   string
}

// client asks for https://chat.example.com through the proxy, in HTTP/1.1 or 2.
func (p *proxy) client(http2 bool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: p.roots}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			to := p.https
			if strings.HasSuffix(addr, ":80") {
				to = p.http
			}
			return new(net.Dialer).DialContext(ctx, network, to)
		},
		Protocols: new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(!http2)
	transport.Protocols.SetHTTP2(http2)
	return &http.Client{Timeout: patience, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// get asks through the proxy.
func (p *proxy) get(t *testing.T, path string, http2 bool) answer {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = "https://" + site + path
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	require.NoError(t, err)
	resp, err := p.client(http2).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, resp.Proto, resp.Header, strings.TrimSpace(string(text))}
}

// visitor is a client that came through the proxy, as a browser comes.
type visitor struct {
	*websocket.Conn
	t       *testing.T
	welcome frame.Welcome
}

// dial opens a socket as a page of https://chat.example.com does, and returns what was answered instead.
func (p *proxy) dial(t *testing.T, path string, header http.Header) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	if header == nil {
		header = http.Header{}
	}
	if header.Get("Origin") == "" {
		header.Set("Origin", "https://"+site)
	}
	dialer := websocket.Dialer{
		HandshakeTimeout: patience,
		TLSClientConfig:  &tls.Config{RootCAs: p.roots},
		NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, p.https)
		},
	}
	return dialer.DialContext(t.Context(), "wss://"+site+path, header)
}

// enter connects, and returns when the node has said welcome.
func (p *proxy) enter(t *testing.T, name string) *visitor {
	t.Helper()
	return p.enterAt(t, "/ws?name="+name, nil)
}

func (p *proxy) enterAt(t *testing.T, path string, header http.Header) *visitor {
	t.Helper()
	ws, resp, err := p.dial(t, path, header)
	if err != nil && resp != nil {
		text, _ := io.ReadAll(resp.Body)
		require.NoError(t, err, "%s: %s", resp.Status, text)
	}
	require.NoError(t, err)
	t.Cleanup(func() { ws.Close() })
	v := &visitor{Conn: ws, t: t}
	require.NoError(t, json.Unmarshal(v.until("$welcome").Data, &v.welcome))
	return v
}

func (v *visitor) says(text string) {
	v.t.Helper()
	data, err := json.Marshal(text)
	require.NoError(v.t, err)
	require.NoError(v.t, v.WriteJSON(frame.Frame{Event: "message", Data: data}))
}

// until skips to the next event of that name.
func (v *visitor) until(event string) frame.Frame {
	v.t.Helper()
	require.NoError(v.t, v.SetReadDeadline(time.Now().Add(patience)))
	for {
		var f frame.Frame
		require.NoError(v.t, v.ReadJSON(&f), "waiting for %s", event)
		if f.Event == event {
			return f
		}
	}
}

// hears skips to the next message, which must be this one.
func (v *visitor) hears(text string) {
	v.t.Helper()
	data, err := json.Marshal(text)
	require.NoError(v.t, err)
	require.Equal(v.t, string(data), string(v.until("message").Data))
}
