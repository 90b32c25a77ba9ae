package cmdline_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/peterbourgon/ff/v3"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

type values struct {
	replicas int
	rate     float64
	wire     bool
	patience time.Duration
	colour   string
}

func parse(args ...string) (v values, help string, err error) {
	var out strings.Builder
	fs := flag.NewFlagSet("program", flag.ContinueOnError)
	fs.SetOutput(&out)
	fs.IntVar(&v.replicas, "replicas", 2, "`number` of replicas")
	fs.Float64Var(&v.rate, "rate", 0, "messages a second")
	fs.BoolVar(&v.wire, "wire", false, "show the bytes")
	fs.DurationVar(&v.patience, "max-patience", time.Second, "how long to wait")
	fs.Func("colour", "a colour", func(s string) error {
		if v.colour = s; s != "red" {
			return errors.New("want red")
		}
		return nil
	})
	err = cmdline.Parse(fs, args, "usage: program [flags] FILE", ff.WithEnvVarPrefix("PROGRAM"))
	return v, out.String(), err
}

func TestFlagsAndEnvironmentAreRead(t *testing.T) {
	t.Setenv("PROGRAM_REPLICAS", "7")
	t.Setenv("PROGRAM_MAX_PATIENCE", "3s")
	v, help, err := parse("-wire", "-rate", "1.5", "-max-patience=2s", "-colour", "red", "file")
	require.NoError(t, err)
	require.Equal(t, values{7, 1.5, true, 2 * time.Second, "red"}, v)
	require.Empty(t, help)
}

func TestMistakeIsASentenceThatSaysWhatIsWanted(t *testing.T) {
	for args, want := range map[string]string{
		"-replicas x":                     `-replicas "x": want a whole number`,
		"--replicas=99999999999999999999": `-replicas "99999999999999999999": want a whole number`,
		"-rate fast":                      `-rate "fast": want a number`,
		"-wire=perhaps":                   `-wire "perhaps": want true or false`,
		"-max-patience 5":                 `-max-patience "5": want a time with its unit, such as 500ms or 2s`,
		"-colour blue":                    `-colour "blue": want red`,
		"-x":                              `flag provided but not defined: -x; -h lists the flags`,
		"-replicas":                       `flag needs an argument: -replicas; -h lists the flags`,
	} {
		_, help, err := parse(strings.Fields(args)...)
		require.EqualError(t, err, want)
		require.Empty(t, help)
	}
}

func TestMistakeInTheEnvironmentNamesTheVariable(t *testing.T) {
	t.Setenv("PROGRAM_MAX_PATIENCE", "abc")
	_, help, err := parse()
	require.EqualError(t, err, `PROGRAM_MAX_PATIENCE "abc": want a time with its unit, such as 500ms or 2s`)
	require.Empty(t, help)
}

func TestSecretIsNotShownWhenItIsRefused(t *testing.T) {
	refuse := func(args ...string) error {
		fs := flag.NewFlagSet("program", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		fs.Func("token-keys", "keys", cmdline.Secret(func(string) error { return fmt.Errorf("key 1: %w", io.ErrShortBuffer) }))
		return cmdline.Parse(fs, args, "usage", ff.WithEnvVarPrefix("PROGRAM"))
	}
	require.EqualError(t, refuse("-token-keys", "s3cr3t"), "-token-keys: key 1: short buffer")
	require.EqualError(t, refuse("-token-keys=s3cr3t"), "-token-keys: key 1: short buffer")
	t.Setenv("PROGRAM_TOKEN_KEYS", "s3cr3t")
	err := refuse()
	require.EqualError(t, err, "PROGRAM_TOKEN_KEYS: key 1: short buffer")
	require.ErrorIs(t, err, io.ErrShortBuffer)
}

func TestHelpListsTheFlags(t *testing.T) {
	_, help, err := parse("-h")
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Equal(t, `usage: program [flags] FILE
  -colour value
    	a colour
  -max-patience duration
    	how long to wait (default 1s)
  -rate float
    	messages a second
  -replicas number
    	number of replicas (default 2)
  -wire
    	show the bytes
`, help)
}
