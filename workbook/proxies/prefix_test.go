package proxies

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// Under https://chat.example.com/chat/ the page and all that it loads must be asked for below that path.
func TestChatUnderAPrefix(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t)
		p := k.before(t, both...)
		redirect := p.get(t, "/chat", true)
		require.Equal(t, http.StatusMovedPermanently, redirect.status)
		require.Regexp(t, `/chat/$`, redirect.header.Get("Location"))
		page := p.get(t, "/chat/?room=go", true)
		require.Equal(t, http.StatusOK, page.status)
		links := regexp.MustCompile(`(?:src|href|action)="([^"]*)"`).FindAllStringSubmatch(page.body, -1)
		require.Len(t, links, 4)
		base, err := url.Parse("https://" + site + "/chat/?room=go")
		require.NoError(t, err)
		for _, link := range links {
			leads, err := base.Parse(link[1])
			require.NoError(t, err)
			require.Regexp(t, `^/chat/`, leads.Path, "a browser asks for it without the prefix")
			require.Equal(t, http.StatusOK, p.get(t, leads.Path, true).status, link[1])
		}
		require.Equal(t, http.StatusNotFound, p.get(t, "/chat/metrics", true).status)
		require.Equal(t, http.StatusNotFound, p.get(t, "/chat/readyz", true).status)
		alice, bob := p.enterAt(t, "/chat/ws?name=alice", nil), p.enter(t, "bob")
		alice.says("hello")
		bob.hears("hello")
	})
}
