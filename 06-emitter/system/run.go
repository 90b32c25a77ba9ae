package system

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/06-emitter/system/livemap"
)

// Run starts the system, shows what happens until ctx ends or somebody types
// quit, and stops it. The end of ctx is no error.
func Run(ctx context.Context, o Options) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	s, err := Start(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil // somebody ended it before it was ready: no error
		}
		return err
	}
	s.feed.Print(fmt.Sprintf("Ready in %.2f s: a client on each node has heard the other nodes and the emitter.\n\n%s\n%s",
		s.ready.Seconds(), s.Table(), s.Hints()))
	if o.Open && !livemap.OpenBrowser(s.mapURL) && s.mapURL != "" {
		s.feed.Print("The live map is at " + s.mapURL + ": open it in a browser (here is no display, or nothing that opens a URL).")
	}
	if o.In != nil {
		child.ReadInBackground()
		go s.read(ctx, o.In, quit) // ends with the program: nothing can interrupt a read from a terminal
	}
	<-ctx.Done()
	s.Stop()
	return nil
}

const help = `  status                       what runs where
  emit TEXT                    send a message to all clients of all nodes
  kill WHAT                    as kill -9: master, replica-1, node-2, …
  restart WHAT                 at the same address; a server comes back empty
  freeze WHAT, thaw WHAT       it stands still: connections stay open, nothing is answered
  cut REPLICA, mend REPLICA    its link to the master
  quit                         end everything, as Ctrl-C does`

const watchedHelp = `  status                       what runs where
  emit TEXT                    send a message to all clients of all nodes
  kill WHAT                    as kill -9: master (of the moment), server-1, sentinel-1, node-1, …
  restart WHAT                 at the same address; a server comes back empty
  freeze WHAT, thaw WHAT       it stands still: connections stay open, nothing is answered
  failover                     have the Sentinels make another server the master
  quit                         end everything, as Ctrl-C does`

func (s *System) help() string {
	if s.watchers != nil {
		return watchedHelp
	}
	return help
}

// read does the commands that are typed. When the input ends, the system goes on: it
// runs without a terminal too.
func (s *System) read(ctx context.Context, in io.Reader, quit func()) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		verb, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		rest = strings.TrimSpace(rest)
		if verb == "quit" || verb == "exit" {
			quit()
			return
		}
		if answer := s.obey(ctx, verb, rest); answer != "" {
			s.feed.Print(answer)
		}
	}
}

func (s *System) obey(ctx context.Context, verb, rest string) (answer string) {
	var err error
	switch verb {
	case "":
		return ""
	case "help", "?":
		return s.help()
	case "status":
		return s.Table()
	case "emit":
		if rest == "" {
			return "  emit what? For example: emit Hello!"
		}
		if answer, err = s.Emit(ctx, "", rest); err == nil {
			return "  " + answer
		}
	case Failover:
		if err = s.Do(ctx, Failover, rest); err == nil {
			return "  failover: begun"
		}
	case Kill, Restart, Freeze, Thaw, Cut, Mend:
		if rest == "" {
			return "  " + verb + " what? For example: " + verb + " replica-1"
		}
		began := time.Now()
		if err = s.Do(ctx, verb, rest); err == nil {
			return fmt.Sprintf("  %s %s: done in %.1f s", verb, rest, time.Since(began).Seconds())
		}
	default:
		return fmt.Sprintf("  %q is no command; type help", verb)
	}
	if errors.Is(err, context.Canceled) {
		return ""
	}
	return "  " + harmless.Text(err.Error())
}
