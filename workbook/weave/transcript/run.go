package transcript

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Options say how sessions are run.
type Options struct {
	Root     string
	Only     []string      // names of sessions, or of texts; default: all
	Accept   bool          // what came is written into the texts
	Isolate  bool          // each session in a network of its own, where the machine allows it
	Patience time.Duration // of a single wait; default 2m
	bin      string        // holds the built programs
	goFlags  string        // the variable GOFLAGS of all that go compiles for them
}

// Patience ends a hang. It says nothing about speed.
const Patience = 2 * time.Minute

// Outcome is what a run of sessions has shown. It travels as JSON between processes.
type Outcome struct {
	Ran, Failed int
	Findings    []string  // what is not as the texts say
	Skipped     []string  // a sentence for each session that cannot be run here
	Accepted    []Written // what blocks should show
}

// Written is what a part of a block should show.
type Written struct {
	Text         string
	First, Lines int // the part's first line in the text, and how many it has there
	Shown        []string
}

func (o *Outcome) add(other Outcome) {
	o.Ran += other.Ran
	o.Failed += other.Failed
	o.Findings = append(o.Findings, other.Findings...)
	o.Skipped = append(o.Skipped, other.Skipped...)
	o.Accepted = append(o.Accepted, other.Accepted...)
}

// runner is a session that runs.
type runner struct {
	Options
	session *Session
	dir     string // the folder that its shells are in
	env     []string
	windows []*window
	outcome Outcome
}

// run executes a session on one backend.
func (s *Session) run(ctx context.Context, o Options, backend string) Outcome {
	r := &runner{Options: o, session: s, outcome: Outcome{Ran: 1}}
	r.play(ctx, backend)
	return r.outcome
}

// play plays the session from its first step to its end.
func (r *runner) play(ctx context.Context, backend string) {
	s := r.session
	dir, err := os.MkdirTemp("", "workbook-transcript-")
	if err != nil {
		r.found(s.Text.Name, fmt.Errorf("make a folder for the session: %w", err))
		return
	}
	defer os.RemoveAll(dir)
	if r.dir, r.env, err = furnish(dir, r.Options, backend); err != nil {
		r.found(s.Text.Name, err)
		return
	}
	defer r.endAll(ctx)
	for _, a := range s.todo {
		err := r.do(ctx, a)
		if err == nil {
			continue
		}
		var d *difference
		if isDifference := errors.As(err, &d); isDifference && d.came != nil {
			r.outcome.Accepted = append(r.outcome.Accepted, Written{s.Text.Name, a.line + 1, len(a.part.shown), d.came})
		}
		r.found(s.Text.At(a.line), fmt.Errorf("session %s on Redis %s: %w", s.Name, backend, err))
		if d == nil || !d.goesOn {
			return
		}
	}
}

func (r *runner) found(at string, err error) {
	r.outcome.Failed = 1
	r.outcome.Findings = append(r.outcome.Findings, fmt.Sprintf("%s: %v", at, err))
}

// window returns the terminal of a name; it opens it when it is not there yet.
func (r *runner) window(ctx context.Context, terminal string) (*window, error) {
	for _, w := range r.windows {
		if w.terminal == terminal {
			return w, nil
		}
	}
	sh, err := openShell(r.dir, r.env)
	if err != nil {
		return nil, err
	}
	w := &window{shell: sh, terminal: terminal, prompts: 1}
	r.windows = append(r.windows, w)
	// A key is echoed as itself, and dropped; a line ends as it does in a file.
	if err := r.begin(ctx, w, "stty -echoctl -onlcr"); err != nil {
		return nil, err
	}
	if !w.wait(ctx, Patience, func(_ string, prompts int, gone bool) bool { return w.ended(prompts, gone) }) {
		return nil, w.endless()
	}
	return w, nil
}

// do does one action. Its error says what is not as the text has it.
func (r *runner) do(ctx context.Context, a action) error {
	if a.step != nil {
		return r.doStep(ctx, *a.step)
	}
	p := a.part
	w, err := r.window(ctx, p.terminal)
	if err != nil {
		return err
	}
	if p.command != "" {
		if err := r.begin(ctx, w, p.command); err != nil {
			return err
		}
	}
	if len(p.shown) > 0 {
		err = r.converse(ctx, w, p, p.shown)
	}
	if err == nil && p.claim.until != "" && len(p.shown) == 0 {
		err = r.await(ctx, w, p.claim.until)
	}
	if err != nil || p.stays || p.command == "" {
		return err
	}
	return r.finished(ctx, w)
}

func (r *runner) doStep(ctx context.Context, s step) error {
	w, err := r.window(ctx, s.terminal)
	if err != nil {
		return err
	}
	switch s.verb {
	case "run", "start":
		if err := r.begin(ctx, w, s.words); err != nil || s.verb == "start" {
			return err
		}
		return r.finished(ctx, w)
	case "wait":
		return r.await(ctx, w, s.words)
	}
	text, prompts, gone, _ := w.look()
	if w.ended(prompts, gone) {
		return fmt.Errorf("step %s %s: no program runs in terminal %s; the last one has printed:\n%s", s.verb, s.words, s.terminal, w.tail())
	}
	w.waited = len(text)
	switch s.verb {
	case "type":
		return w.send(s.words + "\n")
	case "clear":
		w.seen = len(text)
		return nil
	}
	return r.press(ctx, w, s.words)
}

// press presses a key once the command's program has the terminal. Nobody is told of that moment, so it looks.
func (r *runner) press(ctx context.Context, w *window, key string) error {
	ctx, cancel := context.WithTimeout(ctx, r.Patience)
	defer cancel()
	for look := time.NewTicker(5 * time.Millisecond); !w.handedOver(); {
		_, prompts, gone, _ := w.look()
		if w.ended(prompts, gone) {
			break
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("step press %s: %q in terminal %s has not begun", key, w.running, w.terminal)
		}
	}
	return w.send(keys[key])
}

// endAll ends what still runs, the last terminal first, as a reader would: by Ctrl-C.
func (r *runner) endAll(ctx context.Context) {
	for _, w := range slices.Backward(r.windows) {
		_, prompts, gone, _ := w.look()
		if !w.ended(prompts, gone) {
			ctx := context.WithoutCancel(ctx)
			err := r.press(ctx, w, "Ctrl-C")
			if err == nil {
				err = r.finished(ctx, w)
			}
			if err != nil {
				r.found(r.session.Text.Name, fmt.Errorf("session %s: after Ctrl-C %w", r.session.Name, err))
				_ = w.send(keys["Ctrl-C"] + "\x1c")
			}
		}
		w.close()
	}
}
