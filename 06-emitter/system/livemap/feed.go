package livemap

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/06-emitter/system/status"
)

// Feed carries what happens to the terminal and to the live map. Its callers never wait
// for a listener: a terminal that has been stopped with Ctrl-S must not stop a chat
// node behind it.
type Feed struct {
	lines   chan string // for the terminal
	printed chan struct{}

	mu        sync.Mutex
	listeners map[chan Update]bool
	recent    []string // the last lines, for a map that is opened later
	moments   moments  // for such a map, too
	ended     bool
	lost      int // lines that were dropped, as the terminal was too slow
	second    time.Time
	busy      int // how many lines SayLimited and Allow were asked for in this second
	held      int // how many of them were not shown
}

// Update is one thing for the live map: exactly one field is set.
type Update struct {
	State  *status.State `json:"state,omitempty"`
	Hop    *Hop          `json:"hop,omitempty"`
	Step   *Step         `json:"step,omitempty"`
	Moment *Moment       `json:"moment,omitempty"`
	Line   string        `json:"line,omitempty"`
}

// NewFeed returns a Feed whose lines are written to out, by a goroutine that Close ends.
func NewFeed(out io.Writer) *Feed {
	f := &Feed{lines: make(chan string, 1000), printed: make(chan struct{}), listeners: map[chan Update]bool{}}
	go func() {
		defer close(f.printed)
		for line := range f.lines {
			_, _ = io.WriteString(out, line) // a terminal that is gone is no reason to stop the chat
		}
	}()
	return f
}

// Print writes lines: the table, an answer to a command. What a terminal would obey is
// escaped in them, as in all that is told.
func (f *Feed) Print(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue(harmless.Lines(strings.TrimRight(text, "\n")) + "\n")
}

// Say tells what happened in one line, with the time, and returns the line without it.
func (f *Feed) Say(format string, args ...any) (sentence string) {
	sentence = harmless.Text(fmt.Sprintf(format, args...))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell(sentence)
	return sentence
}

// LinesPerSecond is how many lines SayLimited and Allow let through in a second.
const LinesPerSecond = 20

// SayLimited is Say for events of which a load test causes thousands: the first ones of
// each second are shown, the others counted.
func (f *Feed) SayLimited(format string, args ...any) {
	if f.Allow() {
		f.Say(format, args...)
	}
}

// Allow reports whether one more such line may be shown in this second. If not, the
// line has been counted.
func (f *Feed) Allow() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.second.IsZero() {
		f.second = time.Now()
		time.AfterFunc(time.Second, f.nextSecond)
	}
	if f.busy++; f.busy > LinesPerSecond {
		f.held++
		return false
	}
	return true
}

func (f *Feed) nextSecond() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held > 0 {
		f.tell(fmt.Sprintf("… and %d more like these within a second", f.held))
	}
	f.second, f.busy, f.held = time.Time{}, 0, 0
}

// tell is called with mu held.
func (f *Feed) tell(line string) {
	line = time.Now().Format("15:04:05  ") + line
	f.queue(line + "\n")
	f.send(Update{Line: line})
	if f.recent = append(f.recent, line); len(f.recent) > maxRecent {
		f.recent = f.recent[1:]
	}
}

const maxRecent = 100

func (f *Feed) queue(text string) {
	if f.ended {
		return
	}
	if f.lost > 0 {
		text = fmt.Sprintf("(%d lines were left out: the terminal was too slow)\n", f.lost) + text
	}
	select {
	case f.lines <- text:
		f.lost = 0
	default:
		f.lost++
	}
}

// Show sends something to the live map alone.
func (f *Feed) Show(u Update) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.send(u)
}

// send is called with mu held. A map that is too slow is disconnected: its page
// connects again, and begins with the whole state.
func (f *Feed) send(u Update) {
	for l := range f.listeners {
		select {
		case l <- u:
		default:
			delete(f.listeners, l)
			close(l)
		}
	}
}

// maxUpdates is how many updates may wait for a map: more than 20 nodes tell at once
// when they are asked for steps.
const maxUpdates = 1024

// Subscribe returns a channel of updates, which is closed when the feed ends or the
// listener is too slow; the last moments and lines; and a function that ends the
// subscription.
func (f *Feed) Subscribe() (updates <-chan Update, recent []string, end func()) {
	l := make(chan Update, maxUpdates)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		close(l)
		return l, nil, func() {}
	}
	f.listeners[l] = true
	return l, slices.Clone(f.recent), func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.listeners[l] {
			delete(f.listeners, l)
			close(l)
		}
	}
}

func (f *Feed) subscribed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.listeners) > 0
}

// HangUp ends the live map's streams.
func (f *Feed) HangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners {
		delete(f.listeners, l)
		close(l)
	}
}

// Close prints the lines that wait, and drops all later ones. It waits half a second
// for a terminal that does not print.
func (f *Feed) Close() {
	f.mu.Lock()
	if f.ended {
		f.mu.Unlock()
		return
	}
	f.ended = true
	close(f.lines)
	f.mu.Unlock()
	f.HangUp()
	select {
	case <-f.printed:
	case <-time.After(500 * time.Millisecond):
	}
}
