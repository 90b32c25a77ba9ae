// Package cmdline reads the flags of the chapters' programs, so that a mistake
// in them is one sentence that says what is wanted, and not a page of usage.
package cmdline

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Parse reads args, then the environment for the flags that args leave out, if
// environment says so (ff.WithEnvVars and the like). fs has to be one with
// flag.ContinueOnError. -h prints usage and the flags to fs' output, and is
// flag.ErrHelp; any other error is a *Usage, in one sentence:
//
//	-wait "x": want a whole number
//	TOPOLOGY_REPLICAS "abc": want a whole number
//
// An empty variable counts as one that is not set; an empty flag does not. A value is
// shown without what may be a password in it: see harmless.Value; and nothing is shown of one that is a Secret.
func Parse(fs *flag.FlagSet, args []string, usage string, environment ...ff.Option) error {
	out := fs.Output()
	fs.SetOutput(io.Discard)
	fs.Usage = func() {} // below, for -h alone
	var mistake *badValue
	fs.VisitAll(func(f *flag.Flag) { f.Value = checked{f.Value, f.Name, &mistake} })
	err := ff.Parse(fs, args, environment...)
	fs.VisitAll(func(f *flag.Flag) { f.Value = f.Value.(checked).Value })
	fs.SetOutput(out)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, usage)
		fs.PrintDefaults()
		return flag.ErrHelp
	case mistake == nil:
		said := errors.Unwrap(err).Error() // without ff's "error parsing commandline arguments"
		return Usagef("%s; -h lists the flags", harmless.Value(said))
	}
	if _, name, ok := strings.Cut(err.Error(), `from environment variable "`); ok {
		mistake.name, _, _ = strings.Cut(name, `"`)
	}
	return &Usage{mistake}
}

// checked is a flag's value that remembers the text that it refused, and why: the
// flag package turns the error into a text of its own, "parse error".
type checked struct {
	flag.Value
	flag    string
	mistake **badValue
}

func (c checked) Set(s string) error {
	err := c.Value.Set(s)
	if err != nil {
		*c.mistake = &badValue{name: "-" + c.flag, value: s, err: c.wanted(err)}
	}
	return err
}

// IsBoolFlag lets -wire stand for -wire=true, as without us.
func (c checked) IsBoolFlag() bool {
	b, ok := c.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// wanted says what a flag takes. A flag that checks its own value has said it in err.
func (c checked) wanted(err error) error {
	if getter, ok := c.Value.(flag.Getter); ok {
		switch getter.Get().(type) {
		case int, int64, uint, uint64:
			return errors.New("want a whole number")
		case float64:
			return errors.New("want a number")
		case bool:
			return errors.New("want true or false")
		case *slog.Level:
			return errors.New("want debug, info, warn or error")
		case time.Duration:
			return errors.New("want a time with its unit, such as 500ms or 2s")
		}
	}
	return err
}

type badValue struct {
	name, value string
	err         error
}

func (b *badValue) Error() string {
	if _, ok := errors.AsType[*secret](b.err); ok {
		return b.name + ": " + b.err.Error()
	}
	said := fmt.Sprintf("%q: ", harmless.Value(b.value))
	return b.name + " " + said + strings.TrimPrefix(b.err.Error(), said) // not twice
}
func (b *badValue) Unwrap() error { return b.err }
