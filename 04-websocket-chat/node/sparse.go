package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// sparse is a log that a flood of one kind of line does not fill: each connection is two lines, and whoever
// connects again and again would write megabytes a second. Of each kind, which is a message's text, so
// many come a second; how many more there were is told by a line of its own.
type sparse struct {
	slog.Handler
	kinds *kinds // of this handler, and of all that come of it
}

const (
	linesPerSecond = 20   // of one kind, sustained: some 3 KB
	linesAtOnce    = 1000 // of one kind: all clients of a node of usual size come back after a restart
	tellLeftOut    = 10 * time.Second
	mostKinds      = 256 // the texts are constants; if some are not, the rest are one kind
)

// LogLeftOut says how many lines of a kind were left out; it comes 10 s after the first of them.
const LogLeftOut = "lines left out"

func newSparse(h slog.Handler) slog.Handler {
	return sparse{h, &kinds{out: h, all: map[string]*kind{}}}
}

// Handle implements slog.Handler. Whoever asks for debug lines wants all of them.
func (s sparse) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && !s.kinds.lets(r.Message) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (s sparse) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sparse{s.Handler.WithAttrs(attrs), s.kinds}
}

// WithGroup implements slog.Handler.
func (s sparse) WithGroup(name string) slog.Handler {
	return sparse{s.Handler.WithGroup(name), s.kinds}
}

type kinds struct {
	out slog.Handler

	mu  sync.Mutex
	all map[string]*kind
}

type kind struct {
	limit   *rate.Limiter
	leftOut int // since it was told
}

func (k *kinds) lets(message string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all[message] == nil {
		if len(k.all) >= mostKinds {
			message = ""
		}
		if k.all[message] == nil {
			k.all[message] = &kind{limit: rate.NewLimiter(linesPerSecond, linesAtOnce)}
		}
	}
	of := k.all[message]
	if of.limit.Allow() {
		return true
	}
	if of.leftOut++; of.leftOut == 1 {
		time.AfterFunc(tellLeftOut, func() { k.tell(message, of) })
	}
	return false
}

func (k *kinds) tell(message string, of *kind) {
	k.mu.Lock()
	n := of.leftOut
	of.leftOut = 0
	k.mu.Unlock()
	r := slog.NewRecord(time.Now(), slog.LevelWarn, LogLeftOut, 0)
	r.AddAttrs(slog.String("line", message), slog.Int("count", n))
	_ = k.out.Handle(context.Background(), r) // where it cannot be written, nothing can
}
