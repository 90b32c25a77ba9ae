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
// as the node takes it. A line that was sent and never acknowledged is not sent again, as it may have arrived: Run
// says so on Err and goes on. That is no error: Run has done all that it can.
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

	line     *typed // nil: the next may be read
	ended    bool   // In has
	nextID   int64
	failures int              // lines that were sent and not acknowledged
	limited  <-chan time.Time // when a line that was dropped is sent again
	known    known            // what this connection was told
	heard    bool             // anything from the node, since the last look
	pinged   bool             // since anything was heard
}

// typed is the line that is under way.
type typed struct {
	text  string
	id    int64
	sent  bool      // it is with the node
	since time.Time // it waits: for a node, or for its acknowledgement
}

// run handles one thing after the other until there is nothing left to do.
func (t *talk) run(ctx context.Context) error {
	look := time.NewTicker(t.o.Patience / 2)
	defer look.Stop()
	for t.line != nil || !t.ended {
		var lines chan string // nil, which never is ready, unless there is room for a line
		if t.line == nil && !t.ended {
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
			err = t.message(m)
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
		t.say("%d of %d lines were not acknowledged: those named above", t.failures, t.nextID)
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
	t.nextID++
	t.line = &typed{text: text, id: t.nextID, since: time.Now()}
}

// send sends the line that is under way, if it can be and has not been.
func (t *talk) send(ctx context.Context) {
	if t.client == nil || t.line == nil || t.line.sent || t.limited != nil {
		return
	}
	data, err := json.Marshal(t.line.text)
	if err != nil {
		panic("talk: a string as JSON: " + err.Error()) // it always can be
	}
	ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
	defer cancel()
	t.line.sent, t.line.since = true, time.Now()
	if err := t.client.Send(ctx, frame.Frame{Event: frame.EventMessage, Data: data, ID: &t.line.id}); err != nil {
		t.lost(err)
	}
}

// message follows the line that is under way and prints what is for the reader.
func (t *talk) message(m client.Message) error {
	t.last.Note(m)
	mine := t.line != nil && t.line.sent && m.ID != nil && *m.ID == t.line.id
	switch m.Event {
	case frame.EventPong:
		return nil // the answer to a question that nobody typed
	case frame.EventAck:
		if mine {
			t.line = nil
		}
	case frame.EventError:
		var p frame.Problem
		_ = json.Unmarshal(m.Data, &p) // on an error the code stays empty
		switch {
		case !mine:
		case p.Code != frame.CodeRateLimited:
			t.giveUp("%q: %s", t.line.text, p.Text) // the node knows what became of it
		default: // mended in a moment
			t.line.sent, t.limited = false, time.After(limitedPause)
		}
		if mine && !t.o.JSON {
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

// giveUp counts the line that is under way as not acknowledged, and says so.
func (t *talk) giveUp(format string, args ...any) {
	t.say(format, args...)
	t.line = nil
	t.failures++
}

func (t *talk) say(format string, args ...any) {
	fmt.Fprintln(t.o.Err, "talk: "+harmless.Text(fmt.Sprintf(format, args...))) // if that fails, nobody can be told
}
