package learn

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pollEvery is how often the files are looked at where nobody tells of changes: on a
// network drive, in a folder shared with a virtual machine.
const pollEvery = time.Second

// watch tells of each change of a folder's Go files, until ctx ends. Several changes
// while nobody listens are one.
func watch(ctx context.Context, dir string) <-chan struct{} {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return watchBy(ctx, dir, nil, nil)
	}
	if watcher.Add(dir) != nil {
		_ = watcher.Close()
		return watchBy(ctx, dir, nil, nil)
	}
	context.AfterFunc(ctx, func() { _ = watcher.Close() })
	return watchBy(ctx, dir, watcher.Events, watcher.Errors)
}

// watchBy looks at the files whenever something is told, and each second.
func watchBy(ctx context.Context, dir string, events <-chan fsnotify.Event, errs <-chan error) <-chan struct{} {
	changed := make(chan struct{}, 1)
	last := fingerprint(dir) // before it returns: what is written next is a change
	go func() {
		defer close(changed)
		poll := time.NewTicker(pollEvery)
		defer poll.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case _, ok := <-events:
				if !ok {
					events = nil
				}
			case _, ok := <-errs: // some were lost: look
				if !ok {
					errs = nil
				}
			case <-poll.C:
			}
			if now := fingerprint(dir); now != last {
				last = now
				select {
				case changed <- struct{}{}:
				default:
				}
			}
		}
	}()
	return changed
}

// fingerprint tells apart two states of a folder's Go files. An editor may write a file
// in several steps, or put another one in its place: only what is there counts.
func fingerprint(dir string) string {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return ""
	}
	slices.Sort(names)
	var all strings.Builder
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintln(&all, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return all.String()
}
