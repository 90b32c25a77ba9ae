package transcript

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// window is a terminal of a session, and how far the text has told of it.
type window struct {
	*shell
	terminal string
	running  string // the command whose end was not seen
	prompts  int    // the shell's prompts when that has ended
	seen     int    // what stands before this has been shown
	waited   int    // what stands before this has been waited for
}

// lines returns what came since, complete lines only unless the command has ended.
func (w *window) lines(text string, ended bool) []string {
	all := strings.Split(text[w.seen:], "\n")
	if last := len(all) - 1; all[last] == "" || !ended {
		all = all[:last]
	}
	return all
}

func (w *window) ended(prompts int, gone bool) bool { return gone || prompts >= w.prompts }

// begin types a command, once the one before has ended.
func (r *runner) begin(ctx context.Context, w *window, command string) error {
	if err := r.finished(ctx, w); err != nil {
		return err
	}
	text, prompts, _, _ := w.look()
	w.seen, w.waited, w.prompts, w.running = len(text), len(text), prompts+1, command
	if err := w.send(command + "\n"); err != nil {
		return err
	}
	echo := command + "\n"
	if !w.wait(ctx, Patience, func(text string, _ int, gone bool) bool { return gone || strings.Contains(text[w.seen:], echo) }) {
		return fmt.Errorf("terminal %s does not take the command %q", w.terminal, command)
	}
	w.seen += len(echo)
	w.waited = w.seen
	return nil
}

// finished waits until the terminal's program has ended.
func (r *runner) finished(ctx context.Context, w *window) error {
	if !w.wait(ctx, r.Patience, func(_ string, prompts int, gone bool) bool { return w.ended(prompts, gone) }) {
		return w.endless()
	}
	w.running = ""
	return nil
}

func (w *window) endless() error {
	return fmt.Errorf("%q in terminal %s does not end: if it is meant to stay, claim its block with %s&; it has printed:\n%s", w.running, w.terminal, w.terminal, w.tail())
}

// await waits for words, behind what was waited for before. Where | divides them, one of them is enough.
func (r *runner) await(ctx context.Context, w *window, words string) error {
	found := false
	w.wait(ctx, r.Patience, func(text string, prompts int, gone bool) bool {
		for alternative := range strings.SplitSeq(words, "|") {
			if at := strings.Index(text[w.waited:], alternative); at >= 0 && !found {
				w.waited += at + len(alternative)
				found = true
			}
		}
		return found || w.ended(prompts, gone)
	})
	if !found {
		return fmt.Errorf("%q in terminal %s has not printed %q; it has printed:\n%s", w.running, w.terminal, words, w.tail())
	}
	return nil
}

func (w *window) tail() string {
	text, _, _, _ := w.look()
	return text[min(w.seen, len(text)):]
}

// difference is a block that shows otherwise than what came.
type difference struct {
	sentence string
	came     []string // nil when nothing can be accepted in the place of what is shown
	goesOn   bool     // the session's later blocks can still be looked at
}

func (d *difference) Error() string { return d.sentence }

// expect compares what the terminal shows with lines of the text. While a program stays it
// waits for them; else for the command's end, and nothing may be left over.
func (r *runner) expect(ctx context.Context, w *window, shown []string, masks []string, stays bool) error {
	var came []string
	var used int
	v := more
	settled := w.wait(ctx, r.Patience, func(text string, prompts int, gone bool) bool {
		ended := w.ended(prompts, gone)
		came = w.lines(text, ended)
		for ended && !stays && len(came) > 0 && came[len(came)-1] == "" {
			came = came[:len(came)-1] // empty lines at the end are not shown
		}
		used, v = match(shown, came, masks, ended && !stays)
		enough := v == differs && (!r.Accept || len(came) >= len(shown))
		return ended || stays && (v == matches || enough)
	})
	if v == matches && !settled {
		return w.endless()
	}
	if v == matches {
		text, _, _, _ := w.look()
		for _, line := range came[:used] {
			w.seen += len(line) + 1
		}
		w.seen = min(w.seen, len(text)) // the last line may have no end
		return nil
	}
	d := &difference{goesOn: settled && !stays}
	what := "shows otherwise"
	if !settled {
		what = fmt.Sprintf("has not shown what is waited for within %v", r.Patience)
	}
	d.sentence = fmt.Sprintf("%q in terminal %s %s:\n%s", w.running, w.terminal, what, compare(shown, came, masks))
	if stays {
		came = came[:min(len(came), len(shown))]
	}
	d.came, _ = accepted(shown, came)
	return d
}

// compare prints both as a diff. What a mask makes equal is no difference.
func compare(shown, came []string, masks []string) string {
	lines := func(all []string) []byte {
		var text strings.Builder
		for _, line := range all {
			text.WriteString(masked(line, masks) + "\n")
		}
		return []byte(text.String())
	}
	return string(diff.Diff("the text", lines(shown), "what came", lines(came)))
}

// What a program asks with, and behind it what a reader types.
var (
	asks    = regexp.MustCompile(`^(\S+:\d+(?:\(TX\))?> )(.+)$`) // redis-cli
	guesses = regexp.MustCompile(`^(your guess> )(.+)$`)         // the tour of chapter 01
)

// converse compares as expect does. Where the program asks with a prompt, it types what
// stands behind that prompt in the text.
func (r *runner) converse(ctx context.Context, w *window, p *part, shown []string) error {
	stays := p.stays || p.command == ""
	prompt := guesses // the tour shows redis-cli's prompts, and asks with none of them
	if strings.HasPrefix(w.running, "redis-cli") {
		prompt = asks
	}
	for len(shown) > 0 {
		n := 1
		for n < len(shown) && !prompt.MatchString(shown[n]) {
			n++
		}
		if m := prompt.FindStringSubmatch(shown[0]); m != nil {
			if !w.wait(ctx, r.Patience, func(text string, prompts int, gone bool) bool {
				return strings.HasSuffix(text[w.seen:], m[1]) || w.ended(prompts, gone)
			}) {
				return fmt.Errorf("%q in terminal %s does not ask with %q; it has printed:\n%s", w.running, w.terminal, m[1], w.tail())
			}
			if err := w.send(m[2] + "\n"); err != nil {
				return err
			}
		}
		asksAgain := n < len(shown)
		if err := r.expect(ctx, w, shown[:n], p.claim.masks, stays || asksAgain); err != nil {
			return err
		}
		shown = shown[n:]
	}
	return nil
}
