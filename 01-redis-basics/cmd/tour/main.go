// Command tour shows what one Redis server can do, section by section, with
// each command and reply as they went over the wire.
//
//	tour [-redis embedded|server|host:port] [-wire] [-list] [section…]
//
// Without sections it runs all. On a terminal it asks for a prediction before it shows a
// number, and waits for it; Enter alone goes on. REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS=true,
// REDIS_CERT and REDIS_KEY are for a server that is running already. Exit code 2: a value that the tour does not
// know; 1: something went wrong with the server.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9/logging"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
)

// patience is TourOptions.Patience: the default, except in tests.
var patience time.Duration

// errNoGuess ends a tour whose reader has closed the keyboard (Ctrl-D).
var errNoGuess = errors.New("no prediction came: the input has ended; go on with tour and the section's name")

func main() {
	logging.Disable()              // the client's own log; what matters is in the errors
	signal.Ignore(syscall.SIGPIPE) // of "tour | head": a running server is swept first
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	heard, deaf := context.WithCancel(ctx)
	out := &cmdline.Output{W: os.Stdout, Failed: deaf}
	err := run(heard, os.Args[1:], out, guesses(os.Stdin, os.Stdout))
	switch {
	case errors.Is(err, basics.ErrKeysLeft):
	case out.Err() != nil:
		err = out.Err()
	case err != nil && ctx.Err() != nil:
		err = errors.New("interrupted")
	}
	os.Exit(cmdline.Exit("tour", err, os.Stderr))
}

func run(ctx context.Context, args []string, out io.Writer, ask func(context.Context) error) error {
	fs := flag.NewFlagSet("tour", flag.ContinueOnError)
	fs.SetOutput(out)
	name, where := "WORKBOOK_REDIS", os.Getenv("WORKBOOK_REDIS")
	fs.Func("redis", "where Redis comes from: embedded, server (one of our own), or the `host:port` of a running one; default: $WORKBOOK_REDIS, else embedded", func(s string) error {
		name, where = "-redis", s
		return nil
	})
	list := fs.Bool("list", false, "list the sections")
	wire := fs.Bool("wire", false, "show the bytes of each command and reply too")
	if err := cmdline.Parse(fs, args, "tour [flags] [section…]: what one Redis server can do"); err != nil {
		return err
	}
	backend, err := launch.ParseBackend(where)
	if err != nil {
		return cmdline.Usagef("%s %w", name, err)
	}
	login, err := dial.LoginFromEnv(os.Getenv)
	if err != nil {
		return err
	}
	sections, err := basics.Find(fs.Args()...)
	if err != nil {
		return cmdline.Usagef("%w", err)
	}
	if *list {
		for _, s := range sections {
			fmt.Fprintf(out, "%-14s%s\n", s.Name, s.Title)
		}
		return nil
	}
	return show(ctx, sections, basics.TourOptions{Backend: backend, Out: out, Wire: *wire, Login: login, Patience: patience, Ask: ask})
}

func show(ctx context.Context, sections []basics.Section, o basics.TourOptions) (err error) {
	t, err := basics.StartTour(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	for _, s := range sections {
		if err := t.Run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// guesses waits for the reader's predictions where somebody sits at a terminal: none
// are asked for in a script.
func guesses(in, out *os.File) func(context.Context) error {
	if !cmdline.IsTerminal(in) || !cmdline.IsTerminal(out) {
		return nil
	}
	return askFrom(in)
}

// askFrom waits for one line at a time. The goroutine that reads ends with the program.
func askFrom(in io.Reader) func(context.Context) error {
	lines := make(chan struct{})
	go func() {
		defer close(lines)
		for read := bufio.NewScanner(in); read.Scan(); {
			lines <- struct{}{}
		}
	}()
	return func(ctx context.Context) error {
		select {
		case _, ok := <-lines:
			if !ok {
				return errNoGuess
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
