package talk

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// Options of Run. URLs, In, Out and Err must be given.
type Options struct {
	URLs     []string               // nodes, as client.Dial takes them; when one is gone, the next is tried
	Name     string                 // default: the node makes one up
	Room     string                 // default: the node's, lobby
	Token    func() (string, error) // asked for each connection: a token that has expired may have been replaced; default: none
	History  int                    // messages of the room to begin with, where the nodes keep them; default none
	JSON     bool                   // print frames as they are, one a line, instead of readable lines
	Patience time.Duration          // how long a node may be silent, and a typed line wait; default 10s
	In       io.Reader              // lines to send; empty ones are skipped
	Out      io.Writer              // what arrives
	Err      io.Writer              // what happens to the connection

	dial func(ctx context.Context, network, addr string) (net.Conn, error) // client.DialOptions.DialContext; in tests of time a pipe
}

// limitedPause is the wait after rate_limited. The node has dropped the line, and would close a client that goes
// on for a second. More than a second of silence begins that second anew, and lets the limit fill up again.
const limitedPause = 1100 * time.Millisecond

// Run connects a person or a pipe to a chat: each line of In is sent as event "message", what arrives is printed.
// It returns when In has ended and every line is acknowledged, or when ctx ends (nil, too). A *client.RefusedError that
// is final means that name, room or token is not acceptable; any other error, that the world did not let it finish.
//
// One line is under way at a time: the next is read when the node has acknowledged the last. So the order stays when
// the node drops a line because of its rate limit and the line is sent again, and a pipe of any length goes as fast
// as the node takes it. While there is no node, up to 100 lines are read, and wait; what is typed beyond them waits
// where it was typed.
//
// A line that was sent and never acknowledged is sent again where the nodes know it when it comes a second time
// (client.Outbox). Elsewhere it is not, as it may have arrived: Run says so on Err and goes on. That is no error: Run has
// done all that it can.
func Run(ctx context.Context, o Options) error {
	if len(o.URLs) == 0 {
		return errors.New("talk: no URL: give for example http://127.0.0.1:3000")
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &talk{o: o, lines: make(chan string)}
	defer t.hangUp()
	err := t.connectFirst(ctx)
	if err == nil {
		go t.readLines(ctx)
		err = t.run(ctx)
	}
	if ctx.Err() != nil {
		return nil // the user leaves: what failed because of it is no news
	}
	return err
}

// talk is one Run under way. Only lines and inErr are shared with the goroutine that reads In.
type talk struct {
	o     Options
	lines chan string // closed at the end of In, after inErr is set
	inErr error

	client *client.Client   // nil: not connected
	url    int              // of the client, or of the next try
	last   client.Last      // how far we have come
	failed int              // tries since a connection was last steady
	retry  <-chan time.Time // when the next try is due; nil while connected

	notBefore []time.Time // by URL: when a node that was full may be tried again

	out       client.Outbox // lines that no node has acknowledged
	since     time.Time     // the first of them waits: for a node, or for its acknowledgement
	ended     bool          // In has
	lineCount int
	failures  int              // lines that were sent and not acknowledged
	limited   <-chan time.Time // when a line that was dropped is sent again
	known     known            // what this connection was told
	heard     bool             // anything from the node, since the last look
	pinged    bool             // since anything was heard
}

// run handles one thing after the other until there is nothing left to do.
func (t *talk) run(ctx context.Context) error {
	look := time.NewTicker(t.o.Patience / 2)
	defer look.Stop()
	for t.out.Len() > 0 || !t.ended {
		var lines chan string // nil, which never is ready, unless there is room for a line
		if !t.ended && (t.out.Len() == 0 || t.client == nil && !t.out.Full()) {
			lines = t.lines
		}
		var messages <-chan client.Message
		var gone <-chan struct{}
		if t.client != nil {
			messages, gone = t.client.Messages(), t.client.Done()
		}
		var err error
		select {
		case text, ok := <-lines:
			t.begin(text, ok)
			t.send(ctx)
		case m := <-messages:
			t.heard, t.pinged = true, false
			err = t.message(ctx, m)
		case <-gone:
			t.lost(t.client.Err())
		case <-t.retry:
			if err = t.dial(ctx); err == nil {
				t.send(ctx)
			}
		case <-t.limited:
			t.limited = nil
			t.send(ctx)
		case <-look.C:
			err = t.look(ctx)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
	if t.inErr != nil {
		return fmt.Errorf("read lines to send: %w", t.inErr)
	}
	if t.failures > 0 {
		t.say("%d of %d lines were not acknowledged: those named above", t.failures, t.lineCount)
	}
	return nil
}

// readLines runs on its own goroutine, until In or ctx ends.
func (t *talk) readLines(ctx context.Context) {
	defer close(t.lines)
	scanner := bufio.NewScanner(t.o.In)
	scanner.Buffer(nil, 1<<20) // bytes; a node takes 65,536 unless told otherwise, and says so
	for scanner.Scan() {
		if scanner.Text() == "" {
			continue
		}
		select {
		case t.lines <- scanner.Text():
		case <-ctx.Done():
			return
		}
	}
	t.inErr = scanner.Err()
}

func (t *talk) begin(text string, ok bool) {
	if !ok {
		t.ended = true
		return
	}
	data, err := json.Marshal(text)
	if err == nil {
		err = t.out.Add(frame.Frame{Event: frame.EventMessage, Data: data})
	}
	if err != nil {
		panic("talk: a line that there is room for: " + err.Error()) // a string always can be JSON
	}
	if t.lineCount++; t.out.Len() == 1 {
		t.since = time.Now()
	}
	if t.client == nil && (t.out.Len() == 1 || t.out.Full()) { // once, and once more
		t.say("no node: what is typed waits (%d of at most 100 lines)", t.out.Len())
	}
}

// send sends the first line that waits, if it can be and has not been.
func (t *talk) send(ctx context.Context) {
	if t.client == nil || t.limited != nil {
		return
	}
	f := t.out.Next()
	if f == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
	defer cancel()
	t.since = time.Now()
	if err := t.client.Send(ctx, *f); err != nil {
		t.lost(err)
	}
}

// message follows the line that is under way, sends the next one, and prints what is for the reader.
func (t *talk) message(ctx context.Context, m client.Message) error {
	t.last.Note(m)
	if m.Event == frame.EventPong {
		return nil // the answer to a question that nobody typed
	}
	if f, problem := t.out.Note(m); f != nil {
		t.since = time.Now()
		switch {
		case problem == nil:
		case problem.Code == frame.CodeRateLimited: // mended in a moment
			t.limited = time.After(limitedPause)
		default: // the node knows what became of it
			t.giveUp("%q: %s", f, problem.Text)
		}
		t.send(ctx)
		if problem != nil && !t.o.JSON {
			return nil // it is told already, or need not be
		}
	}
	line := readable(m, &t.known)
	if t.o.JSON {
		line = raw(m)
	}
	if line == "" {
		return nil
	}
	_, err := fmt.Fprintln(t.o.Out, line)
	return err
}

// giveUp counts a line as not acknowledged, and says so: format is for the line, and for why.
func (t *talk) giveUp(format string, f *frame.Frame, why string) {
	t.say(format, typed(f), why)
	t.failures++
	t.since = time.Now()
}

func (t *talk) say(format string, args ...any) {
	fmt.Fprintln(t.o.Err, "talk: "+harmless.Text(fmt.Sprintf(format, args...))) // if that fails, nobody can be told
}
