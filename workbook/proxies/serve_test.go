package proxies

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPageAndSocketsComeThroughTLS(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t)
		p := k.before(t, both...)
		for _, http2 := range []bool{false, true} {
			page := p.get(t, "/", http2)
			require.Equal(t, http.StatusOK, page.status)
			require.Contains(t, page.body, "chat.js")
			require.Equal(t, map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[http2], page.proto)
			require.Equal(t, http.StatusUpgradeRequired, p.get(t, "/ws?name=alice&origin=https://"+site, http2).status, "the page's question why reaches a node")
			for _, inside := range []string{"/metrics", "/readyz"} {
				require.Equal(t, http.StatusNotFound, p.get(t, inside, http2).status, inside)
			}
		}
		plain := p.get(t, "http://"+site+"/?room=go", false)
		require.Equal(t, "https://"+site+"/?room=go", plain.header.Get("Location"))

		alice, bob := p.enter(t, "alice"), p.enter(t, "bob")
		alice.says("hello")
		bob.hears("hello")
		bob.says("and back")
		alice.hears("and back")
		require.NotEqual(t, alice.welcome.Node, bob.welcome.Node, "the second goes where fewer are")
	})
}
