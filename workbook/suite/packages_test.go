package suite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackagesAreReadFromGoList(t *testing.T) {
	const list = "example.com/redis-chat/03-pubsub\t/w/03-pubsub\texample.com/redis-chat/01-redis-basics/dial fmt\n" +
		"example.com/redis-chat/03-pubsub.test\t/w/03-pubsub\texample.com/redis-chat/03-pubsub [example.com/redis-chat/03-pubsub.test] example.com/redis-chat/01-redis-basics/launch example.com/redis-chat/01-redis-basics/redistest\n" +
		"example.com/redis-chat/04-websocket-chat.test\t/w/04-websocket-chat\tfmt net/http example.com/redis-chat/01-redis-basics/cmdline\n" +
		"example.com/redis-chat/06-emitter/cmd/emit\t/w/06-emitter/cmd/emit\texample.com/redis-chat/01-redis-basics/dial\n" +
		"example.com/redis-chat/03-pubsub/exercises/fan-in.test\t/w/03-pubsub/exercises/fan-in\tfmt\n" +
		"example.com/redis-chat/workbook/browser.test\t/w/workbook/browser\texample.com/redis-chat/01-redis-basics/launch github.com/chromedp/chromedp\n"
	require.Equal(t, []testedPackage{
		{path: "example.com/redis-chat/03-pubsub", dir: "/w/03-pubsub", onRedis: true},
		{path: "example.com/redis-chat/04-websocket-chat", dir: "/w/04-websocket-chat"},
		{path: "example.com/redis-chat/workbook/browser", dir: "/w/workbook/browser", browsing: true},
	}, parsePackages(list))
}

func TestPackagesThatAreNamedAreThere(t *testing.T) {
	t.Setenv("GOWORK", "") // this module may be tested without go.work; the list is the workspace's
	packages, err := listPackages(t.Context(), "../..")
	require.NoError(t, err)
	var paths []string
	var browsers, peers int
	for _, p := range packages {
		paths = append(paths, p.path)
		if p.browsing {
			browsers++
		}
		if p.peer {
			peers++
		}
	}
	require.Equal(t, crowded, paths[:len(crowded)], "what takes longest begins first")
	require.Equal(t, []int{1, 1}, []int{browsers, peers})
}
