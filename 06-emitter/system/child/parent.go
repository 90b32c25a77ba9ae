package child

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"
)

// WithParent returns a context that also ends when the go command that started this
// program ends. "go run" passes no signal on: whoever ends it, or the make around it,
// would leave the whole system behind.
func WithParent(ctx context.Context) context.Context {
	self, err := os.Executable()
	if err != nil || !strings.Contains(self, "go-build") {
		return ctx // not started by go run
	}
	parent := os.Getppid()
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if os.Getppid() != parent {
					cancel(errors.New("go run has ended"))
				}
			}
		}
	}()
	return ctx
}
