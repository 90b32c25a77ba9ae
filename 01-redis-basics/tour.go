package basics

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
)

// Tour runs sections against one server.
type Tour struct {
	options TourOptions
	addr    string
	server  launch.Server // nil: somebody else's
	prefix  string
	shown   *redis.Client // its commands are printed
	quiet   *redis.Client // its commands are too many to print; also cleans up
	trips   *Tap          // of quiet

	mu   sync.Mutex
	keys map[string]bool // what Key has named since the last sweep
}

// TourOptions are the options of StartTour. The zero value works.
type TourOptions struct {
	// Backend says where Redis comes from. Default: the embedded server.
	Backend launch.Backend
	// Login at a running server. Default: none is needed.
	Login dial.Login
	// Out is where the tour is printed. Default: standard output.
	Out io.Writer
	// Wire prints the bytes of each command and reply as well.
	Wire bool
	// Ask waits until the reader has typed a prediction. Default: nobody is asked, the
	// question is printed and the tour goes on.
	Ask func(context.Context) error
	// Patience is how long a connection may take to come about, and an answer to
	// come. Default 3s.
	Patience time.Duration
}

// ErrKeysLeft is in the error of a Run that could not remove the tour's keys
// from a running server.
var ErrKeysLeft = errors.New("the tour's keys were not removed")

// StartTour starts a server, or proves that the running one answers and can
// be written to. The errors are sentences for the person at the terminal.
func StartTour(ctx context.Context, o TourOptions) (*Tour, error) {
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Patience <= 0 {
		o.Patience = 3 * time.Second
	}
	t := &Tour{options: o, prefix: "chat:", keys: map[string]bool{}}
	var err error
	switch o.Backend.Kind {
	case launch.KindRunning:
		// Somebody else's: under a name that nobody has, and swept at the end.
		t.addr, t.prefix = o.Backend.Addrs[0], "tour:"+strings.ToLower(rand.Text()[:8])+":"
	case launch.KindServer:
		t.server, err = asServer(launch.StartProcess(ctx, launch.ProcessOptions{}))
	default:
		t.server, err = asServer(launch.StartEmbedded(launch.EmbeddedOptions{}))
	}
	if err != nil {
		return nil, err
	}
	if t.server != nil {
		t.addr = t.server.Addr()
	}
	t.trips = &Tap{}
	t.quiet = t.client(t.addr, t.trips)
	if err := provePlace(ctx, t.quiet, t.Key("here")); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	if t.shown, err = t.transcribed(ctx, t.addr); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// asServer keeps a nil *Process or *Embedded from becoming a Server that is
// not nil.
func asServer[S launch.Server](s S, err error) (launch.Server, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// client is a client of the server at addr whose round trips are counted.
func (t *Tour) client(addr string, tap *Tap) *redis.Client {
	o := clientOptions(addr, tap, t.options.Patience)
	if login := t.options.Login; t.server == nil { // a server of our own wants none
		o.Username, o.Password, o.TLSConfig = login.Username, login.Password, login.TLS
		tap.TLS = login.TLS
	}
	return redis.NewClient(o)
}

// transcribed is a client whose commands and replies are printed.
func (t *Tour) transcribed(ctx context.Context, addr string) (*redis.Client, error) {
	tap := &Tap{Keep: true}
	c := t.client(addr, tap)
	if err := greet(ctx, c); err != nil {
		return nil, errors.Join(explain(ctx, c, err), c.Close())
	}
	c.AddHook(&Transcript{Tap: tap, Addr: addr, Out: t.options.Out, Wire: t.options.Wire})
	return c, nil
}

// Run runs one section, and removes the keys that it leaves, also when ctx
// ends it.
func (t *Tour) Run(ctx context.Context, s Section) error {
	t.printf("== %s: %s (01-redis-basics/%s)\n\n", s.Name, s.Title, s.File)
	err := s.run(ctx, t)
	if err != nil {
		err = fmt.Errorf("section %s: %w", s.Name, err)
	}
	t.printf("\n")
	return errors.Join(err, t.sweep(ctx))
}

// Close ends the tour and the server that it started.
func (t *Tour) Close() error {
	var errs []error
	for _, c := range []*redis.Client{t.shown, t.quiet} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if t.server != nil {
		errs = append(errs, t.server.Close())
	}
	return errors.Join(errs...)
}

// Key is a name that the tour may use, and that it removes again.
func (t *Tour) Key(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.prefix + name
	t.keys[key] = true
	return key
}

// Say prints a paragraph of the lesson.
func (t *Tour) Say(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		t.printf("%s\n", strings.TrimRight("# "+line, " "))
	}
}

func (t *Tour) printf(format string, args ...any) { fmt.Fprintf(t.options.Out, format, args...) }

// sweep removes all keys that were named. It remembers names instead of
// searching for the prefix: a search reads every key of the server, and it may
// be a large one. It goes on after ctx has ended: a section returns only when
// all that it started has ended, so nothing is written any more.
func (t *Tour) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*t.options.Patience)
	defer cancel()
	t.mu.Lock()
	defer t.mu.Unlock()
	for keys := range slices.Chunk(slices.Collect(maps.Keys(t.keys)), 1000) {
		if err := t.quiet.Unlink(ctx, keys...).Err(); err != nil && t.server == nil {
			return fmt.Errorf("%w: some named %s… may still be at %s: %w", ErrKeysLeft, t.prefix, t.addr, err)
		}
	}
	clear(t.keys)
	return nil
}

// failed is the first error among commands that were just sent. No such key
// (redis.Nil) is an answer, not an error.
func failed(cmds ...redis.Cmder) error {
	for _, c := range cmds {
		if err := c.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("%s: %w", c.Name(), err)
		}
	}
	return nil
}

// refused is an error unless the server has refused the command.
func refused(c redis.Cmder) error {
	var fromServer redis.Error
	switch err := c.Err(); {
	case err == nil, errors.Is(err, redis.Nil):
		return fmt.Errorf("%s: the server took what it should refuse", c.Name())
	case !errors.As(err, &fromServer):
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	return nil
}

// pause waits, but no longer than ctx.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
