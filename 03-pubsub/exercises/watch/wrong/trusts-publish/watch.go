// Package watch takes an answer to PUBLISH for a sign of life.
//
// The mistake: the master answers. Whether the replica, at which we are subscribed, gets anything is another matter.
// The test says: the replica has lost its master, and its subscribers' connections stand: tell(false) did not come
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
	returned := make(chan error, 1)
	out := false // a probe is being published
	probe := func() {
		if out {
			return
		}
		out = true
		go func() {
			ctx, cancel := context.WithTimeout(ctx, patience*every)
			defer cancel()
			returned <- publish(ctx)
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
		case err := <-returned:
			out = false
			if err == nil {
				silence.Reset(patience * every)
			}
		case <-turns.C:
			probe()
		case <-back:
			silence.Reset(patience * every)
			say(true)
		case <-silence.C:
			say(false)
		}
	}
}
