package redistest

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Listen listens on a free port of 127.0.0.1 and hands each connection to serve,
// in a goroutine of its own, until the test ends. The connection is closed when
// serve returns. At the test's end it is closed even while serve uses it.
func Listen(t testing.TB, serve func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l, serve)
	return l.Addr().String()
}

// TLSProxy speaks TLS with its clients, and passes on what they say to server, a
// host:port, without TLS. certificate is the path of its certificate's PEM file:
// it is for 127.0.0.1, and no authority has signed it.
func TLSProxy(t testing.TB, server string) (addr, certificate string) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	web.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l, func(client net.Conn) { pass(client, server, copyAll, copyAll) })
	certificate = filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), certificate
}

func accept(t testing.TB, l net.Listener, serve func(net.Conn)) {
	var serving sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{} // nil: the test has ended
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			mu.Lock()
			if open == nil {
				mu.Unlock()
				conn.Close()
				return
			}
			open[conn] = true
			mu.Unlock()
			serving.Go(func() {
				serve(conn)
				conn.Close()
				mu.Lock()
				defer mu.Unlock()
				delete(open, conn) // after the end a no-op, on nil
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		open = nil
		mu.Unlock()
		serving.Wait()
	})
}

// pass lets a client talk to a server; request copies what the client says, and answer what the server says.
func pass(client net.Conn, server string, request, answer func(to io.Writer, from io.Reader)) {
	conn, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { answer(client, conn); client.Close() })
	request(conn, client)
	conn.Close()
	back.Wait()
}

func copyAll(to io.Writer, from io.Reader) { io.Copy(to, from) }
