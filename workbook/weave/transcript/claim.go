package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// claim is what a block's comment says.
type claim struct {
	session   string
	terminals []place // one for each command; or one for all
	quiet     bool    // commands without output print nothing, or nothing that is shown
	until     string  // after each of these, a line that holds this is awaited
	masks     []string
	redis     string // embedded (as when empty), server, both
}

// place is a terminal, and whether the command's program stays when what is shown has come.
type place struct {
	terminal string
	stays    bool
}

var (
	// word is a word of a claim; quotes hold together what has spaces: until="connected to".
	word     = regexp.MustCompile(`[^\s"]*"[^"]*"|[^\s"]+`)
	name     = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	terminal = regexp.MustCompile(`^[a-z][a-z0-9-]*&?$`)
)

const wantClaim = "want <!-- run: SESSION TERMINAL… OPTION… -->; a terminal whose program stays ends in &; options: quiet, until=\"words\", mask=NAME,…, redis=embedded|server|both"

func parseClaim(rest string) (claim, error) {
	var c claim
	words := word.FindAllString(rest, -1)
	if len(words) == 0 || !name.MatchString(words[0]) {
		return c, errors.New(wantClaim)
	}
	c.session = words[0]
	for _, w := range words[1:] {
		key, value, isOption := strings.Cut(w, "=")
		value = strings.Trim(value, `"`)
		switch {
		case w == "quiet":
			c.quiet = true
		case !isOption && terminal.MatchString(w):
			p := place{terminal: strings.TrimSuffix(w, "&")}
			p.stays = p.terminal != w
			c.terminals = append(c.terminals, p)
		case key == "until" && value != "":
			c.until = value
		case key == "mask":
			c.masks = strings.Split(value, ",")
			for _, m := range c.masks {
				if masks[m] == nil {
					return c, fmt.Errorf("mask=%s: there is no mask %q: there are %s", value, m, maskNames())
				}
			}
		case key == "redis" && slices.Contains([]string{"embedded", "server", "both"}, value):
			c.redis = value
		default:
			return c, fmt.Errorf("%s: there is no such option: %s", w, wantClaim)
		}
	}
	if len(c.terminals) == 0 {
		c.terminals = []place{{terminal: "shell"}}
	}
	return c, nil
}

// place returns the terminal for the command of this index.
func (c claim) place(i int) place { return c.terminals[min(i, len(c.terminals)-1)] }

// step is what happens between blocks: the text tells it in prose.
type step struct {
	session, terminal string
	verb, words       string
}

const wantStep = "want <!-- step: SESSION TERMINAL VERB WORDS -->, where VERB is type, press (Ctrl-C, Ctrl-D or Ctrl-Z), run, start, wait or clear (without WORDS)"

// keys are what a terminal sends for them.
var keys = map[string]string{"Ctrl-C": "\x03", "Ctrl-D": "\x04", "Ctrl-Z": "\x1a"}

func parseStep(rest string) (step, error) {
	parts := strings.SplitN(rest+" ", " ", 4)
	if len(parts) < 4 || !name.MatchString(parts[0]) || !name.MatchString(parts[1]) {
		return step{}, errors.New(wantStep)
	}
	s := step{parts[0], parts[1], parts[2], strings.TrimSpace(parts[3])}
	switch {
	case !slices.Contains([]string{"type", "press", "run", "start", "wait", "clear"}, s.verb), (s.words == "") != (s.verb == "clear"):
		return step{}, fmt.Errorf("step %s: %s", s.verb, wantStep)
	case s.verb == "press" && keys[s.words] == "":
		return step{}, fmt.Errorf("press %s: %s", s.words, wantStep)
	}
	return s, nil
}
