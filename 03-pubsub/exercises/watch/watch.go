// Package watch tells a subscription that is quiet from one that is dead.
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
}
