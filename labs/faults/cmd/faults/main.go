// Command faults breaks a chat system, one thing at a time, and says what was
// lost, what was noticed, and what must hold.
//
//	faults [flags]         every fault, on our system and beside it on Node.js
//	faults [flags] short   the first ones, without Node.js, and some with the relay on a stream
//	faults [flags] soak    random faults for a long time, and whether anything grows
//
// Exit codes: 0 all holds; 1 something does not, or it could not be run; 2 a bad
// flag or word.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/launch"
	faults "example.com/redis-chat/labs/faults"
)

const usage = `usage: faults [flags] [all|short|soak]

  all     every fault, on our system and beside it on Node.js (default)
  short   the most important rows, without Node.js, and some of them with the relay on a stream
  soak    random faults for a long time: does anything grow?
`

var (
	errUsage = errors.New("faults -h tells what there is")
	errFails = errors.New("not all holds: see the lines with NOT")
)

func main() {
	faults.NodeAsked()
	logging.Disable() // go-redis prints each refused connection; the table says what matters
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(cmdline.Exit("faults", run(ctx, os.Args, os.Stdout, os.Stderr), os.Stderr))
}

// options are the flags.
type options struct {
	backend   launch.Backend
	only      *regexp.Regexp
	relays    []faults.Relay
	chosen    bool // by a flag
	peer      bool
	receivers bool
	long      time.Duration
	seed      uint64
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	var o options
	fs := flag.NewFlagSet("faults", flag.ContinueOnError)
	fs.SetOutput(errOut)
	o.register(fs)
	if err := cmdline.Parse(fs, args[1:], usage); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w; %w", err, errUsage)
	}
	mode := "all"
	switch {
	case fs.NArg() > 1:
		return cmdline.Usagef("one word is enough, not %q; %w", harmless.Words(fs.Args()), errUsage)
	case fs.NArg() == 1:
		mode = fs.Arg(0)
	}
	switch mode {
	case "all":
		return o.table(ctx, func(string) []faults.Row { return faults.Rows() }, o.peer, out, errOut)
	case "short":
		if !o.chosen {
			o.relays = faults.Relays()
		}
		return o.table(ctx, faults.First, false, out, errOut)
	case "soak":
		return soak(ctx, o, out, errOut)
	}
	return cmdline.Usagef("there is no %q: all, short or soak; %w", harmless.Value(mode), errUsage)
}

func (o *options) register(fs *flag.FlagSet) {
	if _, err := launch.FindServer(); err == nil {
		o.backend.Kind = launch.KindServer
	}
	fs.Func("redis", "embedded, or server (default: server when redis-server or valkey-server is on the PATH)", func(s string) (err error) {
		o.backend, err = launch.ParseBackend(s)
		if err == nil && o.backend.Kind == launch.KindRunning {
			return errors.New("the lab kills its servers: give embedded or server")
		}
		return err
	})
	fs.Func("only", "`pattern`: only the rows whose name it matches", func(s string) (err error) {
		o.only, err = regexp.Compile(s)
		return err
	})
	o.relays = faults.Relays()[:2]
	fs.Func("relay", "`words`: on which of our systems the faults are put: pubsub (the rows without Sentinels), sentinel (those with them), streams (all, with the relay of the lab in which no message is lost); default pubsub,sentinel, with short all", o.setRelays)
	fs.BoolVar(&o.peer, "peer", true, "put the faults on the Node.js stack, too")
	fs.BoolVar(&o.receivers, "receivers", false, "a line for each receiver")
	fs.DurationVar(&o.long, "for", 15*time.Minute, "how long a soak lasts")
	fs.Uint64Var(&o.seed, "seed", 0, "of a soak's random faults; 0: another each time")
}

// setRelays keeps the order of the table, whatever that of the words.
func (o *options) setRelays(s string) error {
	wanted := map[string]bool{}
	for word := range strings.SplitSeq(s, ",") {
		wanted[strings.TrimSpace(word)] = true
	}
	o.relays, o.chosen = nil, true
	for _, relay := range faults.Relays() {
		if wanted[relay.Name] {
			o.relays = append(o.relays, relay)
			delete(wanted, relay.Name)
		}
	}
	if len(wanted) > 0 || len(o.relays) == 0 {
		return errors.New("want pubsub, sentinel and streams, or some of them, with commas between")
	}
	return nil
}

// table runs rows and prints the table.
func (o *options) table(ctx context.Context, rows func(relay string) []faults.Row, peer bool, out, errOut io.Writer) error {
	var puts []put
	for _, relay := range o.relays {
		system, err := relay.System()
		if err != nil {
			return err
		}
		for _, row := range rows(relay.Name) {
			if relay.Has(row) {
				puts = append(puts, put{row, system})
			}
		}
	}
	if peer && o.relays[0].Name == "pubsub" {
		dir, err := os.MkdirTemp("", "workbook-faults-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if nodejs, err := faults.NodeJS(ctx, dir); err != nil {
			fmt.Fprintln(errOut, "faults: Node.js is left out:", err)
		} else {
			for _, row := range faults.Rows() {
				if row.NodeJS {
					puts = append(puts, put{row, nodejs})
				}
			}
		}
	}
	var results []faults.Result
	broken := false
	for _, p := range inOrder(puts) {
		if o.only != nil && !o.only.MatchString(p.row.Name) {
			continue
		}
		res, err := faults.Put(ctx, o.backend, p.system, faults.Receivers, p.row)
		if err != nil {
			return err
		}
		fmt.Fprintf(errOut, "%5.1f s  %-10s  %s%s\n", res.Took.Seconds(), p.system.Name, p.row.Name, verdict(&res))
		broken = broken || !res.Holds()
		results = append(results, res)
	}
	if err := errors.Join(faults.Print(out, results, o.receivers), tally(results, out)); err != nil {
		return err
	}
	if broken {
		return errFails
	}
	return nil
}

// put is a fault and the system that it is put on.
type put struct {
	row    faults.Row
	system faults.System
}

// inOrder puts the systems of one row side by side.
func inOrder(puts []put) []put {
	place := map[string]int{}
	for i, row := range faults.Rows() {
		place[row.Name] = i
	}
	slices.SortStableFunc(puts, func(a, b put) int { return cmp.Compare(place[a.row.Name], place[b.row.Name]) })
	return puts
}

func verdict(res *faults.Result) string {
	switch {
	case res.Skipped != "":
		return ": not run"
	case !res.Holds():
		return ": DOES NOT HOLD"
	}
	return ""
}

// tally says how many rows hold. Like the tests, it adds the counts to the file that
// TALLY names, if TALLY is set.
func tally(results []faults.Result, out io.Writer) error {
	passed, failed, skipped := 0, 0, 0
	for _, res := range results {
		switch {
		case res.Skipped != "":
			skipped++
		case res.Holds():
			passed++
		default:
			failed++
		}
	}
	fmt.Fprintf(out, "%d rows hold, %d do not, %d not run\n", passed, failed, skipped)
	name := os.Getenv("TALLY")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open the file that TALLY names: %w", err)
	}
	_, err = fmt.Fprintln(f, passed, failed, skipped)
	return errors.Join(err, f.Close())
}
