// Command slides writes the workshop's slides as one HTML file that needs no network.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/redis-chat/workbook/slides"
	"example.com/redis-chat/workbook/workspace"
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// errUsage is in the error of a call that makes no sense.
var errUsage = errors.New("-h lists the flags")

// command gives the exit code: 0 written, 1 not, 2 a mistake in the call.
func command(args []string, out, errOut io.Writer) int {
	err := run(args, out)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "slides:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("slides", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // or all flags are printed below a mistake
	file := flags.String("o", "bin/slides.html", "the `file` to write, as seen from the repository's root unless it begins with /")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, "usage: slides [flags]")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	case err != nil:
		return fmt.Errorf("%w; %w", err, errUsage)
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; %w", flags.Arg(0), errUsage)
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	name := *file
	if !filepath.IsAbs(name) {
		name = filepath.Join(root, name)
	}
	var page bytes.Buffer // slides with a mistake in them take the place of none
	if err := slides.Write(&page, root, filepath.Dir(name)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, page.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %.1f MB, open it in a browser; it needs no network\n", *file, float64(page.Len())/1e6)
	return err
}
