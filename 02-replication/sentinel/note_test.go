package sentinel

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMasterIsKnownWhileNoSentinelIsHeardAndNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &Watcher{all: make([]said, 1), changed: make(chan struct{})}
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
