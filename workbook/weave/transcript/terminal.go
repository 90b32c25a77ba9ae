package transcript

import (
	"context"
	"strings"
	"sync"
	"time"
)

// screen is what a terminal has shown. One goroutine writes to it, one waits at it.
type screen struct {
	mu      sync.Mutex
	text    string        // without prompts and keys
	prompts int           // how often the shell has asked for a command
	gone    bool          // the shell has ended
	changed chan struct{} // closed and made anew with each change
}

func newScreen() *screen { return &screen{changed: make(chan struct{})} }

// prompt is what the shell prints when it wants a command. No program prints it.
const prompt = "\x1e"

// write takes what the terminal brings. Keys that are echoed as themselves are no output.
func (s *screen) write(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompts += strings.Count(string(p), prompt)
	s.text += strings.NewReplacer(prompt, "", "\r", "", "\x03", "", "\x04", "", "\x1a", "").Replace(string(p))
	s.wake()
}

func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	s.wake()
}

func (s *screen) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// look returns what is there, and what is closed when there is more.
func (s *screen) look() (text string, prompts int, gone bool, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text, s.prompts, s.gone, s.changed
}

// wait calls done at each change until it returns true. It returns false when patience, or ctx, ends.
func (s *screen) wait(ctx context.Context, patience time.Duration, done func(text string, prompts int, gone bool) bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		text, prompts, gone, changed := s.look()
		if done(text, prompts, gone) {
			return true
		}
		select {
		case <-changed:
		case <-deadline.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
