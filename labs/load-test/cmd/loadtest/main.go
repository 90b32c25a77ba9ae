// Command loadtest puts a load on chat systems and says what they carry.
//
//	loadtest [flags] steady|search|idle|slow|grow|short|compare
//	loadtest -html FILE draw RESULT.json
//
// Exit codes: 0 done; 1 it could not be measured; 2 a bad flag or word.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
	loadtest "example.com/redis-chat/labs/load-test"
	"example.com/redis-chat/labs/load-test/report"
)

const usage = `usage: loadtest [flags] MODE

  steady    one load, on each of -systems in turn
  search    the highest rate that each sustains: p99 under 50 ms, nothing lost
  idle      memory and CPU of connections that only listen, and how fast they come
  slow      one client that reads nothing, among 500
  grow      what a delivery costs as connections, rooms and nodes grow
  short     a light and a busy load on all that can run here, one round
  compare   all of it, in turn, in rounds, with the ratios
  draw      the pictures of a result that was written before: loadtest -html FILE draw RESULT.json
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Args, os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// errUsage marks what is wrong with the command line.
var errUsage = errors.New("loadtest -h tells what there is")

// options are the flags.
type options struct {
	systems    []loadtest.System
	nodes      int
	rounds     int
	load       loadtest.Load
	backend    basics.Backend
	json, html string
}

func run(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	var o options
	fs := flag.NewFlagSet("loadtest", flag.ContinueOnError)
	fs.SetOutput(errOut)
	o.register(fs)
	if err := cmdline.Parse(fs, args[1:], usage); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w; %w", err, errUsage)
	}
	if o.rounds < 1 {
		return fmt.Errorf("-rounds %d: give 1 or more; %w", o.rounds, errUsage)
	}
	if fs.Arg(0) == "draw" {
		return draw(ctx, fs.Arg(1), o)
	}
	work, err := mode(fs.Args())
	if err != nil {
		return err
	}
	lab, err := loadtest.Open(o.backend)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	lab.Say, lab.Watch = progress(errOut)
	lab.Report.Begin(fs.Arg(0), args, o.backend)
	if len(o.systems) > 1 { // of several, those that can run here
		o.systems = lab.Runnable(ctx, o.systems)
	}
	measured := work(ctx, lab, o)
	if ctx.Err() != nil {
		measured = errors.New("interrupted: what had been measured until then follows")
	}
	lab.Report.End()
	return errors.Join(measured, show(ctx, &lab.Report, o, out))
}

func (o *options) register(fs *flag.FlagSet) {
	o.systems = []loadtest.System{loadtest.Ours}
	fs.Func("systems", "`names`, comma separated: redis-chat, node.js, centrifuge, ceiling (default redis-chat)", func(s string) (err error) {
		o.systems, err = loadtest.Systems(s)
		return err
	})
	fs.IntVar(&o.nodes, "nodes", 2, "`number` of nodes")
	fs.IntVar(&o.rounds, "rounds", 3, "`number` of rounds of compare and grow")
	fs.IntVar(&o.load.Clients, "clients", 100, "`number` of connections at each node")
	fs.IntVar(&o.load.Senders, "senders", 5, "`number` of them that send, too")
	fs.IntVar(&o.load.Rooms, "rooms", 1, "`number` of rooms that all clients are spread over")
	fs.Float64Var(&o.load.Rate, "rate", 200, "messages a `second`, of all senders together; of search: where it begins")
	fs.IntVar(&o.load.Size, "size", 128, "`bytes` of a message's data")
	fs.DurationVar(&o.load.Warmup, "warmup", 0, "`time` that is not counted (default 2s, of search 1s)")
	fs.DurationVar(&o.load.Length, "length", 0, "`time` that is counted (default 5s, of search 3s)")
	o.backend = loadtest.DefaultBackend()
	fs.Func("redis", "where Redis comes from: `auto`, embedded or server (auto: a server when one is on the PATH)", func(s string) (err error) {
		if s != "auto" {
			o.backend, err = basics.ParseBackend(s)
		}
		return err
	})
	fs.StringVar(&o.json, "json", "", "write the result to this `file`")
	fs.StringVar(&o.html, "html", "", "write the pictures to this `file`")
}

// mode finds what to do by its word.
func mode(words []string) (func(context.Context, *loadtest.Lab, options) error, error) {
	modes := map[string]func(context.Context, *loadtest.Lab, options) error{
		"steady": steady, "search": search, "idle": idle, "slow": slow, "grow": grow, "short": short, "compare": compare,
	}
	if len(words) != 1 || modes[words[0]] == nil {
		return nil, fmt.Errorf("give one word for what to do, not %q; %w", strings.Join(words, " "), errUsage)
	}
	return modes[words[0]], nil
}

// show prints the table, and writes the files that were asked for.
func show(ctx context.Context, r *loadtest.Report, o options, out io.Writer) error {
	errs := []error{report.Table(out, r)}
	if o.json != "" {
		errs = append(errs, write(o.json, func(w io.Writer) error { return report.WriteJSON(w, r) }))
	}
	if o.html != "" {
		errs = append(errs, pictures(ctx, r, o.html))
	}
	return errors.Join(errs...)
}

func pictures(ctx context.Context, r *loadtest.Report, file string) error {
	library, err := loadtest.ECharts(ctx)
	if err != nil {
		library = nil // the page says so, and loads it when it is opened
	}
	return write(file, func(w io.Writer) error { return report.HTML(w, r, library) })
}

func draw(ctx context.Context, file string, o options) error {
	if file == "" || o.html == "" {
		return fmt.Errorf("draw wants a result and -html; %w", errUsage)
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	defer f.Close()
	r, err := report.ReadJSON(f)
	if err != nil {
		return fmt.Errorf("draw %s: %w", file, err)
	}
	return pictures(ctx, r, o.html)
}

func write(file string, content func(io.Writer) error) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := errors.Join(content(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
