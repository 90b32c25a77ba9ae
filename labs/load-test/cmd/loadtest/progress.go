package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	loadtest "example.com/redis-chat/labs/load-test"
)

// progress shows what is going on: on a terminal a bar with the present rate and
// p99, and everywhere a line for each thing that is done.
func progress(out io.Writer) (say func(string), watch func(string) loadtest.Watch) {
	var mu sync.Mutex
	var bar *progressbar.ProgressBar
	say = func(sentence string) {
		mu.Lock()
		defer mu.Unlock()
		if bar != nil {
			_ = bar.Clear() // a bar that cannot be drawn costs no result
			bar = nil
		}
		fmt.Fprintln(out, sentence)
	}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return say, nil
	}
	return say, func(what string) loadtest.Watch {
		return func(second, of int, deliveries int64, p99 float64) {
			mu.Lock()
			defer mu.Unlock()
			if second == 1 {
				bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(20),
					progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
			}
			if bar != nil {
				bar.Describe(fmt.Sprintf("%s: %d deliveries/s, p99 %.1f ms", what, deliveries, p99))
				_ = bar.Set(second)
			}
		}
	}
}
