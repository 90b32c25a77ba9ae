package chat

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// door is a hub of which only the refusals are asked for.
func door(t *testing.T, o Options) (h *Hub, log *bytes.Buffer) {
	t.Helper()
	log = new(bytes.Buffer)
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	h, err := NewHub(o)
	require.NoError(t, err)
	return h, log
}

// knocks is the answer to a request for http://node:3000/ws.
func knocks(h *Hub, method, query string, header ...string) (status int, text string) {
	r := httptest.NewRequest(method, "http://node:3000/ws"+query, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

var upgrade = []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}

// A browser sends no Origin when a page asks its own site, so the page says it. Else it would hear that all is
// in order.
func TestPageHearsWhyItsOriginIsRefused(t *testing.T) {
	h, _ := door(t, Options{AllowedOrigins: []string{"https://allowed.example"}})
	for origin, want := range map[string]int{
		"https://chat.example.com": http.StatusForbidden, "http://node:3000": http.StatusUpgradeRequired, "https://allowed.example": http.StatusUpgradeRequired,
	} {
		status, text := knocks(h, "GET", "?name=alice&origin="+url.QueryEscape(origin))
		require.Equal(t, want, status, origin)
		if want == http.StatusForbidden {
			require.Equal(t, "pages of https://chat.example.com may not connect to this node; "+
				"its operator can allow them (ALLOWED_ORIGINS), or let a proxy in front pass the Host header on", text)
		}
	}
	// What a page says of itself never lets it in.
	status, _ := knocks(h, "GET", "?origin=http://node:3000", append(upgrade, "Origin", "https://evil.example")...)
	require.Equal(t, http.StatusForbidden, status)
}

func TestRefusalsAreCountedByReason(t *testing.T) {
	h, _ := door(t, Options{MaxConns: 1})
	require.Len(t, h.Refusals(), 16)
	_, why := h.capacity.reserve("192.0.2.1:1")
	require.Empty(t, why)
	foreign := append(upgrade, "Origin", "https://chat.example.com")
	knocks(h, "POST", "")
	knocks(h, "GET", "", foreign...)
	knocks(h, "GET", "", foreign...)
	knocks(h, "GET", "?name=alice&origin=https%3A%2F%2Fchat.example.com") // the question why
	knocks(h, "GET", "?room=%4", upgrade...)
	knocks(h, "GET", "?name=", upgrade...)
	knocks(h, "GET", "?room=", upgrade...)
	knocks(h, "GET", "", upgrade...) // the one place is taken
	h.capacity.release(nil)
	knocks(h, "GET", "")
	knocks(h, "GET", "?origin=http://node:3000")
	knocks(h, "GET", "", append(upgrade, "Sec-WebSocket-Key", "short")...)
	h.Drain(t.Context(), time.Second)
	knocks(h, "GET", "", upgrade...)
	require.Equal(t, map[Refused]int64{
		RefusedMethod: 1, RefusedOrigin: 2, RefusedQuery: 1, RefusedName: 1, RefusedRoom: 1, RefusedFull: 1, RefusedNoUpgrade: 1, RefusedHandshake: 1, RefusedLeaving: 1, RefusedBanned: 0,
		RefusedBody: 0, RefusedHasty: 0, // see below
		RefusedNoToken: 0, RefusedToken: 0, RefusedExpired: 0, RefusedForbidden: 0, // see permit_test.go
	}, h.Refusals())
}

// The operator hears of what can be mended, and a flood of it does not fill the disk.
func TestLogTellsOfRefusalsNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, log := door(t, Options{})
		flood := func() {
			for range 1000 {
				knocks(h, "GET", "", append(upgrade, "Origin", "https://chat.example.com")...)
				knocks(h, "GET", "?name=", upgrade...)
			}
		}
		flood()
		require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
		require.Contains(t, log.String(), `level=WARN msg="refused clients" reason=origin requests=1 from=192.0.2.1:1234 host=node:3000 origin=https://chat.example.com status=403`)
		time.Sleep(10 * time.Second)
		log.Reset()
		flood()
		require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
		require.Contains(t, log.String(), "requests=1000 ")
	})
}

func TestHastyClientsAndBodiesAreCounted(t *testing.T) {
	h, _ := door(t, Options{Shared: SharedRates{NewConnsPerIP: 0.1}})
	knocks(h, "GET", "", upgrade...)
	status, _ := knocks(h, "GET", "", upgrade...)
	require.Equal(t, http.StatusTooManyRequests, status)
	r := httptest.NewRequest("GET", "http://node:3000/ws", strings.NewReader("hello"))
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.EqualValues(t, 1, h.Refusals()[RefusedHasty])
	require.EqualValues(t, 1, h.Refusals()[RefusedBody])
}
