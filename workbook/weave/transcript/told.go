package transcript

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/weave"
)

// near is how many lines above the start somebody looks for such words.
const near = 15

var (
	// listens is a command whose program holds ports, and servers that remember what was done to them.
	listens = regexp.MustCompile(`\bgo run \./\S+/(?:topology|chat|\w*node|system|first)\b|\bmake run\b|\bredis-server\b`)
	// harms is what makes such servers other than they were, by a command or a line typed where they run.
	harms  = regexp.MustCompile(`\bredis-cli\b.*\b(?:replicaof|failover|shutdown|xtrim|config set|client (?:pause|kill))\b|\bkill -9\b`)
	breaks = regexp.MustCompile(`^(?:kill|restart|freeze|thaw|cut|mend|lag) \S`)
	// fresh are the words that a text has for it.
	fresh = regexp.MustCompile(`(?i)\bCtrl-C\b|\bstop\b|\banew\b|\bagain\b|\bend (?:everything|all|what)\b`)
)

// untold finds what the checker does and a reader cannot know: hidden steps without a word in the text, and sessions that
// begin with ports or servers that the reader's last one still has.
func untold(t *weave.Text, sessions []*Session) []string {
	var findings []string
	visible := seen(t)
	for i, s := range sessions {
		for _, a := range s.todo {
			if a.step == nil || a.step.verb == "wait" || a.step.verb == "press" {
				continue
			}
			for part := range strings.SplitSeq(a.step.words, "; ") {
				secret := a.step.verb == "type" || harms.MatchString(part) && !strings.Contains(part, "$(")
				if secret && !strings.Contains(strings.Join(visible, "\n"), part) {
					findings = append(findings, fmt.Sprintf("%s: step %s %q: no reader sees it: write it into the text, too", t.At(a.line), a.step.verb, part))
				}
			}
		}
		if line := s.inTheWayOf(sessions[:i], visible); line > 0 {
			findings = append(findings, fmt.Sprintf("%s: session %s begins with servers of its own, while those of the session before still run: tell the reader to end them with Ctrl-C, and to start anew", t.At(line), s.Name))
		}
	}
	return findings
}

// seen are the text's lines without its comments.
func seen(t *weave.Text) []string {
	lines := slices.Clone(t.Lines)
	hidden := false
	for i, line := range lines {
		hidden = hidden || strings.HasPrefix(strings.TrimSpace(line), "<!--")
		if hidden {
			lines[i] = ""
		}
		hidden = hidden && !strings.Contains(line, "-->")
	}
	return lines
}

// inTheWayOf is the line at which this session starts servers although an earlier one's still run, and no word before it tells to end
// them; else 0. What a hidden step starts, the reader has already: it is in the way only when it has been broken since.
func (s *Session) inTheWayOf(earlier []*Session, visible []string) int {
	at, hidden := 0, false
	for _, a := range s.todo {
		if words, step := a.command(); listens.MatchString(words) {
			at, hidden = a.line, step
			break
		}
	}
	last, running, harmed := 0, false, false
	for _, e := range earlier {
		for _, a := range e.todo {
			if a.line >= at {
				break
			}
			words, _ := a.command()
			running = running || listens.MatchString(words)
			harmed = harmed || harms.MatchString(words) || a.step != nil && a.step.verb == "type" && breaks.MatchString(a.step.words)
			last = max(last, a.line)
		}
	}
	if at == 0 || !running || hidden && !harmed || fresh.MatchString(strings.Join(visible[max(last, at-near):at-1], "\n")) {
		return 0
	}
	return at
}

// command is what an action types into a shell, and whether the text hides it.
func (a action) command() (words string, hidden bool) {
	switch {
	case a.part != nil:
		return a.part.command, false
	case a.step.verb == "run" || a.step.verb == "start":
		return a.step.words, true
	}
	return "", true
}
