// Command weave writes what the texts show of the source, and checks that they show what is. See package weave.
//
//	go run ./workbook/cmd/weave            writes the blocks of code, and their captions
//	go run ./workbook/cmd/weave -check     prints what is not as the texts say, transcripts included
//	go run ./workbook/cmd/weave -accept    runs the transcripts, and writes what came into the texts
//
// With the names of texts or sessions behind it, only their transcripts are run.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.com/redis-chat/workbook/weave"
	"example.com/redis-chat/workbook/weave/transcript"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage is in the error of a call that makes no sense.
var errUsage = errors.New("-h lists the flags")

// command gives the exit code: 0 all holds, 1 something does not, 2 a mistake in the call.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	err := run(ctx, args, out)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "weave:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("weave", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // or all flags are printed below a mistake
	check := flags.Bool("check", false, "write nothing: print what is not as the texts say, and fail")
	accept := flags.Bool("accept", false, "run the transcripts, and write what came into the texts")
	session := flags.String("session", "", "`order` of the program to itself: run one session in a network of its own")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, "usage: weave [flags] [TEXT or SESSION…]")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	case err != nil:
		return fmt.Errorf("%w; %w", err, errUsage)
	case *check && *accept:
		return fmt.Errorf("-check and -accept: want one of both; %w", errUsage)
	case flags.NArg() > 0 && !*check && !*accept:
		return fmt.Errorf("%q: names are for -check and -accept; %w", flags.Arg(0), errUsage)
	}
	if *session != "" {
		outcome, err := transcript.Obey(ctx, *session)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(outcome)
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	options := transcript.Options{Root: root, Only: flags.Args(), Accept: *accept, Isolate: true}
	switch {
	case *check:
		return checkAll(ctx, options, out)
	case *accept:
		return acceptAll(ctx, options, out)
	}
	changed, findings, err := weave.Write(root)
	for _, name := range changed {
		fmt.Fprintln(out, "written:", name)
	}
	return failed(out, findings, err)
}

// failed prints findings, and turns them into an error.
func failed(out io.Writer, findings []string, err error) error {
	for _, f := range findings {
		fmt.Fprintln(out, strings.TrimRight(f, "\n"))
	}
	if err == nil && len(findings) > 0 {
		err = fmt.Errorf("not as the texts say: %d findings", len(findings))
	}
	return err
}

func checkAll(ctx context.Context, o transcript.Options, out io.Writer) error {
	findings, err := weave.Check(ctx, o.Root)
	if err != nil {
		return err
	}
	texts, err := weave.Texts(o.Root)
	if err != nil {
		return err
	}
	findings = append(findings, transcript.Claims(texts)...)
	outcome, err := transcript.All(ctx, o)
	report(out, outcome)
	return failed(out, append(findings, outcome.Findings...), err)
}

func acceptAll(ctx context.Context, o transcript.Options, out io.Writer) error {
	outcome, err := transcript.All(ctx, o)
	if err != nil {
		return err
	}
	report(out, outcome)
	left, err := transcript.Write(o.Root, outcome)
	return failed(out, left, err)
}

func report(out io.Writer, o transcript.Outcome) {
	for _, s := range o.Skipped {
		fmt.Fprintln(out, "skipped:", s)
	}
	fmt.Fprintf(out, "%d sessions run, %d not as the texts say\n", o.Ran, o.Failed)
}
