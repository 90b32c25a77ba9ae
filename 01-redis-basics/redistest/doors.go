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

// Door opens a port of 127.0.0.1 and hands each connection to do, in a goroutine
// of its own, until the test ends. The connection is closed when do returns, and
// under it at the test's end.
func Door(t testing.TB, do func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	openTo(t, l, do)
	return l.Addr().String()
}

// TLSDoor is a door that speaks TLS, in front of the server at addr; and its
// certificate, in a file. It is for 127.0.0.1, and no authority vouches for it.
func TLSDoor(t testing.TB, server string) (addr, certificate string) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	web.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	openTo(t, l, func(client net.Conn) { pass(client, server, copyAll) })
	certificate = filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), certificate
}

func openTo(t testing.TB, l net.Listener, do func(net.Conn)) {
	var serving sync.WaitGroup
	var mu sync.Mutex
	inside := map[net.Conn]bool{} // nil: the door is shut
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
			if inside == nil {
				mu.Unlock()
				conn.Close()
				return
			}
			inside[conn] = true
			mu.Unlock()
			serving.Go(func() {
				do(conn)
				conn.Close()
				mu.Lock()
				defer mu.Unlock()
				delete(inside, conn) // of nil too
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range inside {
			conn.Close()
		}
		inside = nil
		mu.Unlock()
		serving.Wait()
	})
}

// pass lets a client talk to a server; there copies what the client says.
func pass(client net.Conn, server string, there func(to io.Writer, from io.Reader)) {
	conn, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { io.Copy(client, conn); client.Close() })
	there(conn, client)
	conn.Close()
	back.Wait()
}

func copyAll(to io.Writer, from io.Reader) { io.Copy(to, from) }
