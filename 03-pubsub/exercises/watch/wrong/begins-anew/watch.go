// Package watch gives each probe 3 intervals of its own.
//
// The mistake: each new probe begins the waiting anew, so that as long as probes are published nothing is ever silent.
// The test says: 20 seconds long no probe came back; told was []
package watch

import (
	"context"
	"time"
)

// Watch publishes a probe at once and then each interval every, and looks whether probes come back, until ctx ends. It returns when
// ctx has ended and the last publish has returned.
//
// publish publishes a probe. It may take long: it gets a context that ends 3 intervals after its call, or with ctx. Only
// one call runs at a time; a turn that comes while one still runs is left out. Its error is of no interest here.
//
// back gets a value for each probe that the subscription brings.
//
// tell(true) is called when the first probe comes back; tell(false) when none has come back for 3 intervals: since Watch
// was called, or since the last one; then tell(true) when one comes back again; and so on: never twice the same. Nothing is
// told after ctx has ended. tell is called from the goroutine of Watch.
func Watch(ctx context.Context, every time.Duration, publish func(context.Context) error, back <-chan struct{}, tell func(alive bool)) {
	const patience = 3 // intervals: one that is late is no sign, three are

	turns := time.NewTicker(every)
	defer turns.Stop()
	silence := time.NewTimer(patience * every)
	defer silence.Stop()

	// A probe has a goroutine of its own: a master that hangs must not keep us from noticing that. The channel has room for
	// its end, so that it never waits for us.
	returned := make(chan struct{}, 1)
	out := false // a probe is being published
	probe := func() {
		if out {
			return
		}
		out = true
		go func() {
			ctx, cancel := context.WithTimeout(ctx, patience*every)
			defer cancel()
			// PUBLISH may succeed while nothing comes back: a frozen replica, or one without its master. So its answer
			// proves nothing.
			_ = publish(ctx)
			returned <- struct{}{}
		}()
	}
	probe()

	told := false     // something
	var toldLast bool // what
	say := func(alive bool) {
		if ctx.Err() == nil && (!told || toldLast != alive) {
			told, toldLast = true, alive
			tell(alive)
		}
	}
	for {
		select {
		case <-ctx.Done():
			if out {
				<-returned // its context has ended, too
			}
			return
		case <-returned:
			out = false
		case <-turns.C:
			probe()
			silence.Reset(patience * every)
		case <-back:
			silence.Reset(patience * every)
			say(true)
		case <-silence.C:
			say(false)
		}
	}
}
