package sentinel

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMasterIsKnownWhileNoSentinelIsHeardAndNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &Watcher{o: Options{}.withDefaults(), all: make([]said, 1), changed: make(chan struct{})}
		w.note(0, said{at: time.Now(), master: "a:1", former: "a:1", epoch: 7})
		time.Sleep(validFor + time.Second) // of the bubble's clock
		w.note(0, said{})
		view, changed := w.View()
		require.Equal(t, View{Master: "a:1", Epoch: 7, Of: 1}, view)
		w.note(0, said{})
		select {
		case <-changed:
			require.Fail(t, "nothing has changed")
		default:
		}
	})
}

func TestSentinelsThatAreTooFewAreToldOnceAndWhenTheyAreBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log redistest.Buffer
		noTime := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		o := Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: noTime}))}
		w := &Watcher{o: o.withDefaults(), all: make([]said, 3), changed: make(chan struct{})}
		w.view.Of = 3
		answers := func(which ...int) { // each of them, until the others are not heard any more
			for range 3 {
				time.Sleep(heardFor/2 + time.Millisecond) // of the bubble's clock
				for _, i := range which {
					w.note(i, said{at: time.Now(), master: "a:1", former: "a:1", epoch: 7})
				}
			}
		}
		answers(1) // at the start: each that is away has its own line
		answers(0, 1, 2)
		answers(0, 2)
		require.Empty(t, log.String())
		answers(2)
		answers(2)
		require.Equal(t, "level=WARN msg=\"most Sentinels give no answer: the rest makes no other server the master\" heard=1 of=3\n", log.String())
		answers(0, 1, 2)
		answers(0, 1, 2)
		require.Contains(t, log.String(), "of=3\nlevel=INFO msg=\"most Sentinels answer again\" heard=2 of=3\n")
	})
}
