package livemap

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// paused is a terminal that was stopped with Ctrl-S; it goes on when it is closed.
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
	f := NewFeed(terminal)
	for range 3000 {
		f.Say("something happens") // would block for ever
	}
	close(terminal.goOn)
	require.Eventually(t, func() bool {
		f.Say("more")
		terminal.mu.Lock()
		defer terminal.mu.Unlock()
		return strings.Contains(terminal.text.String(), "lines were left out")
	}, long, time.Millisecond)
	f.Close()
}

func TestCrowdIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		terminal := &paused{goOn: make(chan struct{})}
		close(terminal.goOn)
		f := NewFeed(terminal)
		for range 500 {
			f.SayLimited("a message")
		}
		time.Sleep(2 * time.Second) // of the bubble
		f.SayLimited("a later one")
		time.Sleep(2 * time.Second)
		f.Close()
		text := terminal.text.String()
		require.Equal(t, LinesPerSecond, strings.Count(text, "a message"))
		require.Contains(t, text, "… and 480 more like these within a second")
		require.Contains(t, text, "a later one")
	})
}

func TestSlowMapIsLetGo(t *testing.T) {
	f := NewFeed(&strings.Builder{})
	updates, _, end := f.Subscribe()
	const many = 2 * maxUpdates
	for range many {
		f.Say("something happens")
	}
	n := 0
	for range updates {
		n++
	}
	require.Less(t, n, many, "it is closed, not waited for")
	end()
	f.Close()
}

func TestWhatATerminalWouldObeyIsEscaped(t *testing.T) {
	var out strings.Builder
	f := NewFeed(&out)
	require.Equal(t, `a\x1b[2Jb\nc \u202e`, f.Say("%s", "a\x1b[2Jb\nc \u202e"))
	f.Print("a\tb\nGrüße, 世界 👩‍💻\a\n")
	f.Close()
	require.Contains(t, out.String(), `  a\x1b[2Jb\nc \u202e`+"\n")
	require.Contains(t, out.String(), "\na\tb\nGrüße, 世界 👩‍💻\\a\n")
	require.Equal(t, `a\x1b👩‍💻`, Short("a\x1b👩‍💻"))
}
