package system

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// paused is a terminal that has been stopped with Ctrl-S until it is closed.
type paused struct {
	mu   sync.Mutex
	goOn chan struct{}
	text strings.Builder
}

func (p *paused) Write(b []byte) (int, error) {
	<-p.goOn
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// long ends a hang, and says nothing about speed.
const long = 2 * time.Minute

func TestPausedTerminalStopsNobody(t *testing.T) {
	terminal := &paused{goOn: make(chan struct{})}
	f := newFeed(terminal)
	for range 3000 {
		f.say("something happens") // would block for ever
	}
	close(terminal.goOn)
	require.Eventually(t, func() bool {
		f.say("more")
		terminal.mu.Lock()
		defer terminal.mu.Unlock()
		return strings.Contains(terminal.text.String(), "lines were left out")
	}, long, time.Millisecond)
	f.end()
}

func TestCrowdIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		terminal := &paused{goOn: make(chan struct{})}
		close(terminal.goOn)
		f := newFeed(terminal)
		for range 500 {
			f.crowd("a message")
		}
		time.Sleep(2 * time.Second) // of the bubble
		f.crowd("a later one")
		time.Sleep(2 * time.Second)
		f.end()
		text := terminal.text.String()
		require.Equal(t, perSecond, strings.Count(text, "a message"))
		require.Contains(t, text, "… and 480 more like these within a second")
		require.Contains(t, text, "a later one")
	})
}

func TestSlowMapIsLetGo(t *testing.T) {
	f := newFeed(&strings.Builder{})
	updates, _, end := f.listen()
	const many = 2 * maxUpdates
	for range many {
		f.say("something happens")
	}
	n := 0
	for range updates {
		n++
	}
	require.Less(t, n, many, "it is closed, not waited for")
	end()
	f.end()
}

func TestWhatATerminalWouldObeyIsReplaced(t *testing.T) {
	require.Equal(t, "a�[2Jb�c", clean("a\x1b[2Jb\nc"))
	require.Equal(t, "Grüße, 世界", clean("Grüße, 世界"))
}
