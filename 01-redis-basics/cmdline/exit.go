package cmdline

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Usage is a mistake on the command line or in the environment, which shows without
// a look at the world: exit code 2. Parse returns such errors.
type Usage struct{ err error }

// Usagef makes one in a sentence, for a mistake that Parse cannot see: a missing
// argument, or two values that do not fit together.
func Usagef(format string, args ...any) error { return &Usage{fmt.Errorf(format, args...)} }

func (u *Usage) Error() string { return u.err.Error() }
func (u *Usage) Unwrap() error { return u.err }

// Exit tells how the program has ended: it prints one sentence, unless err is nil
// or flag.ErrHelp, and returns the exit code. 0 is the end, 2 a mistake in the
// call (Usage), 1 one in the world. The sentence is fit for a terminal, whatever a server
// has said in it. It begins with the program's name, once:
// what publish says of "publish at 127.0.0.1:6379" is "publish: at 127.0.0.1:6379".
func Exit(program string, err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	said := strings.ReplaceAll(err.Error(), "\n", "; ") // of errors.Join
	said = strings.TrimPrefix(said, program+" ")
	fmt.Fprintf(stderr, "%s: %s\n", program, harmless.Text(said)) // if that fails, nobody can be told
	if _, ok := errors.AsType[*Usage](err); ok {
		return 2
	}
	return 1
}
