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
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/launch"
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
	os.Exit(cmdline.Exit("loadtest", run(ctx, os.Args, os.Stdout, os.Stderr), os.Stderr))
}

// options are the flags.
type options struct {
	systems    []loadtest.System
	nodes      int
	rounds     int
	load       loadtest.Load
	backend    launch.Backend
	measures   []string // of compare; nil: all
	json, html string
}

func run(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	var o options
	fs := flag.NewFlagSet("loadtest", flag.ContinueOnError)
	fs.SetOutput(errOut)
	o.register(fs)
	if err := cmdline.Parse(fs, args[1:], usage); err != nil {
		return err
	}
	if fs.Arg(0) == "draw" {
		return draw(ctx, fs.Args()[1:], o)
	}
	work, err := mode(fs.Args())
	if err != nil {
		return err
	}
	for _, file := range []string{o.json, o.html} { // before, and not after an hour
		if err := writable(file); err != nil {
			return err
		}
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
	fs.Func("systems", "`names`, comma separated: redis-chat, node.js, centrifuge, centrifuge-tuned, socket.io-go, ceiling, redis-chat-lanes (default redis-chat)", func(s string) (err error) {
		o.systems, err = loadtest.Systems(s)
		return err
	})
	o.nodes, o.rounds = 2, 3
	o.load = loadtest.Load{Clients: 100, Senders: 5, Rooms: 1, Rate: 200, Size: 128}
	fs.Func("measures", "`names`, comma separated, of what compare measures: "+strings.Join(loadtest.Measures, ", ")+" (default all)", func(s string) error {
		o.measures = strings.Split(s, ",")
		for _, name := range o.measures {
			if err := cmdline.OneOf(new(string), loadtest.Measures...)(name); err != nil {
				return err
			}
		}
		return nil
	})
	fs.Func("nodes", "`number` of nodes (default 2)", cmdline.Number(&o.nodes, 1, 100))
	fs.Func("rounds", "`number` of rounds of compare and grow (default 3)", cmdline.Number(&o.rounds, 1, 1000))
	fs.Func("clients", "`number` of connections at each node (default 100)", cmdline.Number(&o.load.Clients, 1, 1e6))
	fs.Func("senders", "`number` of them that send, too (default 5)", cmdline.Number(&o.load.Senders, 1, 1e6))
	fs.Func("rooms", "`number` of rooms that all clients are spread over (default 1)", cmdline.Number(&o.load.Rooms, 1, 1e6))
	fs.Func("rate", "messages a `second`, of all senders together; of search: where it begins (default 200)", cmdline.Rate(&o.load.Rate, 1e-3, 1e7))
	fs.Func("size", "`bytes` of a message's data (default 128)", cmdline.Number(&o.load.Size, 1, 60<<10))
	fs.Func("warmup", "`time` that is not counted (default 2s, of search 1s)", cmdline.Time(&o.load.Warmup, time.Nanosecond))
	fs.Func("length", "`time` that is counted (default 5s, of search 3s)", cmdline.Time(&o.load.Length, time.Nanosecond))
	o.backend = loadtest.DefaultBackend()
	fs.Func("redis", "where Redis comes from: `auto`, embedded or server (auto: a server when one is on the PATH)", func(s string) (err error) {
		var word string
		if err := cmdline.OneOf(&word, "auto", "embedded", "server")(s); err != nil {
			return fmt.Errorf("%w: the lab measures the CPU of servers of its own", err)
		}
		if word != "auto" {
			o.backend, err = launch.ParseBackend(word)
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
		return nil, cmdline.Usagef("give one word for what to do, after the flags, not %q; -h lists the words", harmless.Words(words))
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

func draw(ctx context.Context, files []string, o options) error {
	if len(files) != 1 || files[0] == "" || o.html == "" {
		return cmdline.Usagef("draw wants a result and -html: loadtest -html FILE draw RESULT.json")
	}
	file := files[0]
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

// writable returns an error when a file cannot be written. It asks before the measurement.
func writable(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return f.Close()
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
