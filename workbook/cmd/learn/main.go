// Command learn leads along the exercises: it shows the task, says what the first
// failing test says, and goes on when the tests pass.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"

	"example.com/redis-chat/workbook/learn"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const usage = `usage: learn [-once] [-from NAME]    the dialogue; -once, or without a terminal: where you stand
       learn list                    all exercises
       learn hint [NAME [N]]         the first N hints
       learn run [NAME]              run the tests; exit code 1 when some fail
       learn solution [NAME]         the solution; asks first
       learn reset NAME | -all       put the stub back; what you wrote is kept

NAME is an exercise: leaderboard, or 01/leaderboard. Without it: the first that is not solved.
WORKBOOK_REDIS=server runs the tests on redis-server; by default Redis is embedded.
`

var errUsage = errors.New("learn -h shows what can be said")

// command gives the exit code: 0, 1 for what is not solved or a mistake out in the
// world, 2 for a mistake in the call.
func command(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	switch err := run(ctx, args, in, out); {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(errOut, "learn:", err)
		return 2
	default:
		fmt.Fprintln(errOut, "learn:", err)
		return 1
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("learn", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // or all flags are printed below a mistake
	once := flags.Bool("once", false, "")
	from := flags.String("from", "", "")
	all := flags.Bool("all", false, "")
	var words []string
	for { // flags may stand behind words: reset -all
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			_, err := io.WriteString(out, usage)
			return err
		} else if err != nil {
			return fmt.Errorf("%w; %w", err, errUsage)
		}
		if flags.NArg() == 0 {
			break
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
	hints, err := understand(words, *all)
	if err != nil {
		return err
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	l := &learn.Learner{Root: root, In: in, Out: out}
	if err := l.Open(); err != nil {
		return err
	}
	if len(words) == 0 {
		if keyboard, ok := in.(*os.File); ok && !*once && term.IsTerminal(int(keyboard.Fd())) {
			return talk(ctx, l, *from, keyboard, out)
		}
		return l.Once(ctx, *from)
	}
	name := ""
	if len(words) > 1 {
		name = words[1]
	}
	switch words[0] {
	case "list":
		return l.List(ctx)
	case "hint":
		return l.Hint(ctx, name, hints)
	case "run":
		return l.Run(ctx, name)
	case "solution":
		return l.Solution(ctx, name)
	}
	return l.Reset(name, *all)
}

// understand finds mistakes in the call, and returns how many hints it asks for.
func understand(words []string, all bool) (hints int, err error) {
	if len(words) == 0 {
		if all {
			return 0, fmt.Errorf("-all belongs to reset; %w", errUsage)
		}
		return 0, nil
	}
	most := map[string]int{"list": 1, "hint": 3, "run": 2, "solution": 2, "reset": 2}[words[0]]
	switch {
	case most == 0:
		return 0, fmt.Errorf("unknown word %q; %w", words[0], errUsage)
	case len(words) > most:
		return 0, fmt.Errorf("unexpected argument %q; %w", words[most], errUsage)
	case words[0] == "reset" && (len(words) == 1) != all:
		return 0, fmt.Errorf("reset takes the name of an exercise, or -all; %w", errUsage)
	case words[0] != "reset" && all:
		return 0, fmt.Errorf("-all belongs to reset; %w", errUsage)
	}
	if len(words) < 3 {
		return 1, nil
	}
	if hints, err = strconv.Atoi(words[2]); err != nil || hints < 1 {
		return 0, fmt.Errorf("hint %s %s: the last word is a number of hints; %w", words[1], words[2], errUsage)
	}
	return hints, nil
}

// talk leads the dialogue on a terminal, key by key.
func talk(ctx context.Context, l *learn.Learner, from string, keyboard *os.File, out io.Writer) error {
	before, err := term.MakeRaw(int(keyboard.Fd()))
	if err != nil {
		return l.Once(ctx, from)
	}
	defer func() { _ = term.Restore(int(keyboard.Fd()), before) }()
	keys := make(chan byte)
	go func() { // ends with the program: a read from a terminal cannot be called off
		defer close(keys)
		key := make([]byte, 1)
		for {
			if n, err := keyboard.Read(key); err != nil || n == 0 {
				return
			}
			keys <- key[0]
		}
	}()
	l.Out = raw{out}
	l.Height = func() int {
		_, height, err := term.GetSize(int(keyboard.Fd()))
		if err != nil {
			return 0
		}
		return height
	}
	return l.Talk(ctx, from, keys, "\x1b[2J\x1b[H")
}

// raw begins each line at the left: a terminal in raw mode only goes one line down.
type raw struct{ io.Writer }

func (r raw) Write(text []byte) (int, error) {
	if _, err := io.WriteString(r.Writer, strings.ReplaceAll(string(text), "\n", "\r\n")); err != nil {
		return 0, err
	}
	return len(text), nil
}
