package once_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/06-emitter/exercises/once"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// people hear what is sent.
type people struct {
	mu    sync.Mutex
	heard []string
}

func (p *people) hear(_ context.Context, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, text)
	return nil
}

func (p *people) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "[" + strings.Join(p.heard, ", ") + "]"
}

var noon = time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC)

// plan plans texts, the first for noon, each of the others a minute later.
func plan(t *testing.T, s *once.Scheduler, texts ...string) {
	t.Helper()
	for i, text := range texts {
		if err := s.Plan(t.Context(), noon.Add(time.Duration(i)*time.Minute), text); err != nil {
			t.Fatalf("plan %q: %v", text, err)
		}
	}
}

// run lets a scheduler do what is due at a time.
func run(t *testing.T, s *once.Scheduler, now time.Time) (sent int) {
	t.Helper()
	sent, err := s.RunDue(t.Context(), now)
	if err != nil {
		t.Fatalf("RunDue: %v", err)
	}
	return sent
}

func start(t *testing.T) (db *redis.Client, key string, all *people) {
	return redistest.Start(t), redistest.Prefix(t) + "plan", &people{}
}

func TestWhatIsDueIsSentInItsOrder(t *testing.T) {
	db, key, all := start(t)
	s := &once.Scheduler{Redis: db, Key: key, Send: all.hear}
	plan(t, s, "open", "lunch", "close")
	if n := run(t, s, noon.Add(-time.Millisecond)); n != 0 || all.String() != "[]" {
		t.Errorf("a millisecond before noon nothing is due, and RunDue says %d; people heard %v", n, all)
	}
	if n := run(t, s, noon.Add(time.Minute)); n != 2 || all.String() != "[open, lunch]" {
		t.Errorf("at 12:01 two of three are due, and RunDue says %d; people heard %v, want [open, lunch]", n, all)
	}
	if n := run(t, s, noon.Add(time.Hour)); n != 1 || all.String() != "[open, lunch, close]" {
		t.Errorf("at 13:00 the third is due, and RunDue says %d; people heard %v, want [open, lunch, close]", n, all)
	}
}

func TestSameTextTwice(t *testing.T) {
	db, key, all := start(t)
	s := &once.Scheduler{Redis: db, Key: key, Send: all.hear}
	plan(t, s, "drink water", "drink water")
	plan(t, s, "drink water")
	if run(t, s, noon.Add(time.Hour)); all.String() != "[drink water, drink water, drink water]" {
		t.Errorf("the same text was planned three times, two of them for one time, and people heard %v", all)
	}
}

// While the first scheduler sends something, the second looks for what is due, and does all of it: a scheduler can be as slow as
// that.
func TestTwoSchedulersSendItOnce(t *testing.T) {
	db, key, all := start(t)
	second := &once.Scheduler{Redis: db, Key: key, Send: all.hear}
	bySecond := -1
	first := &once.Scheduler{Redis: db, Key: key, Send: func(ctx context.Context, text string) error {
		if bySecond < 0 {
			bySecond = run(t, second, noon.Add(time.Hour))
		}
		return all.hear(ctx, text)
	}}
	plan(t, first, "open", "lunch", "close")
	byFirst := run(t, first, noon.Add(time.Hour))
	slices.Sort(all.heard)
	if all.String() != "[close, lunch, open]" {
		t.Errorf("two schedulers have done what was due, three announcements, and people heard %v: want each once", all)
	}
	if byFirst != 1 || bySecond != 2 {
		t.Errorf("the first scheduler has sent one of three, the second the others; their RunDue say %d and %d, want 1 and 2", byFirst, bySecond)
	}
}

func TestManySchedulersAtTheSameTime(t *testing.T) {
	const schedulers, announcements = 4, 100
	db, key, all := start(t)
	var texts []string
	for i := range announcements {
		texts = append(texts, fmt.Sprintf("announcement %03d", i))
	}
	plan(t, &once.Scheduler{Redis: db, Key: key}, texts...)
	var running sync.WaitGroup
	var mu sync.Mutex
	sent := 0
	for range schedulers {
		running.Go(func() {
			s := &once.Scheduler{Redis: db, Key: key, Send: all.hear}
			n, err := s.RunDue(t.Context(), noon.Add(24*time.Hour))
			mu.Lock()
			defer mu.Unlock()
			if sent += n; err != nil {
				t.Errorf("RunDue: %v", err)
			}
		})
	}
	running.Wait()
	slices.Sort(all.heard)
	if !slices.Equal(all.heard, texts) || sent != announcements {
		t.Errorf("%d schedulers have done %d announcements at the same time: people heard %d, and the schedulers say %d together",
			schedulers, announcements, len(all.heard), sent)
	}
}

// The answer to the PUBLISH was lost, or the scheduler has died: people may have heard it.
func TestNothingIsSentAgain(t *testing.T) {
	db, key, all := start(t)
	lost := errors.New("the answer was lost")
	first := &once.Scheduler{Redis: db, Key: key, Send: func(ctx context.Context, text string) error {
		_ = all.hear(ctx, text)
		if text == "open" {
			return lost
		}
		return nil
	}}
	plan(t, first, "open", "lunch")
	sent, err := first.RunDue(t.Context(), noon.Add(time.Hour))
	if !errors.Is(err, lost) || sent != 1 {
		t.Errorf("Send of the first of two has failed, and RunDue says %d and %v, want 1, and the error of Send in the error", sent, err)
	}
	second := &once.Scheduler{Redis: db, Key: key, Send: all.hear}
	if n := run(t, second, noon.Add(2*time.Hour)); n != 0 || all.String() != "[open, lunch]" {
		t.Errorf("Send has failed, though people had heard it, and then another scheduler ran: people heard %v, want [open, lunch]", all)
	}
}
