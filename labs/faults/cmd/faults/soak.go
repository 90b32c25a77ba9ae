package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	faults "example.com/redis-chat/labs/faults"
)

// soak runs random faults, and says whether anything grew or a promise was broken.
func soak(ctx context.Context, o options, out, errOut io.Writer) error {
	ours, err := faults.Ours()
	if err != nil {
		return err
	}
	seed := o.seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	fmt.Fprintf(out, "random faults for %v, with -seed %d\n", o.long, seed)
	result, err := faults.For(ctx, o.backend, ours, o.long, seed, errOut)
	if err != nil {
		return err
	}
	for _, wrong := range append(result.Wrong, result.Grown()...) {
		fmt.Fprintln(out, wrong)
	}
	if n := len(result.Holds); n > 0 {
		first, last := result.Holds[0], result.Holds[n-1]
		fmt.Fprintf(out, "%d rounds, %d messages sent; a client of node 2 missed %d, node 2 counted %d\n", result.Rounds, result.Sent, result.Lost, result.Counted)
		fmt.Fprintf(out, "node 1 after the first round: %d goroutines, %d files, %d MiB; after the last: %d, %d, %d MiB\n",
			first.Goroutines, first.Files, first.Resident>>20, last.Goroutines, last.Files, last.Resident>>20)
	}
	if len(result.Wrong)+len(result.Grown()) > 0 {
		return errors.New("not all is as it should be: see above")
	}
	return nil
}
