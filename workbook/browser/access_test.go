package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

func TestChatPageKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	needsAxe(t)
	n := start(t, chat.Options{Node: "n1"})
	form := open(t, "http://"+n.addr+"/", 1100, 700)
	form.until(`document.activeElement.id === "name"`)
	form.accessible()

	alice := join(t, n, "alice")
	n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"Hello!"`)}, {Name: "message", Data: []byte(`"hi"`), From: "bob"}})
	alice.shows("log", "Hello!")
	alice.accessible()
}

// A check that finds nothing anywhere would be worth nothing.
func TestAxeSeesWhatKeepsPeopleOut(t *testing.T) {
	t.Parallel()
	needsAxe(t)
	b := careless(t, "", `<button></button><p style="color:#999;background:#fff">pale</p><input>`)
	b.until(`!!document.querySelector("#log input")`)
	found := strings.Join(b.obstacles(), "\n")
	for _, rule := range []string{"button-name", "color-contrast", "label"} {
		require.Contains(t, found, rule+": ")
	}
}
