package transcript

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/weave"
)

// Session is what the blocks and steps of one name in a text make a reader do.
type Session struct {
	Text  *weave.Text
	Name  string
	Redis string // embedded, server or both
	todo  []action
}

// action is a step, or a part of a block.
type action struct {
	line  int // of the text
	block int // index in Text.Blocks, -1 for a step
	step  *step
	part  *part
}

// part is a command with its output; or, without a command, what a program has printed since.
type part struct {
	place
	claim   claim
	command string
	shown   []string
	first   int // index of shown[0] among the block's lines
}

// Sessions reads the sessions of a text, in their order. What is wrong with a claim is a finding.
func Sessions(t *weave.Text) (sessions []*Session, findings []string) {
	byName := map[string]*Session{}
	session := func(name string) *Session {
		if byName[name] == nil {
			byName[name] = &Session{Text: t, Name: name}
			sessions = append(sessions, byName[name])
		}
		return byName[name]
	}
	for i, b := range t.Blocks {
		if b.Claim == nil || b.Claim.Kind != weave.Run || b.Claim.Rest == "" {
			continue
		}
		c, err := parseClaim(b.Claim.Rest)
		var parts []*part
		if err == nil {
			parts, err = cut(c, t.Body(b))
		}
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", t.At(b.Claim.Line), err))
			continue
		}
		s := session(c.session)
		if c.redis != "" && s.Redis != "" && c.redis != s.Redis {
			findings = append(findings, fmt.Sprintf("%s: redis=%s, but the session began with redis=%s: say it once", t.At(b.Claim.Line), c.redis, s.Redis))
		}
		s.Redis = cmp.Or(s.Redis, c.redis)
		for _, p := range parts {
			s.todo = append(s.todo, action{line: b.Open + p.first, block: i, part: p})
		}
	}
	for _, c := range t.Claims {
		if c.Kind != weave.Step {
			continue
		}
		st, err := parseStep(c.Rest)
		if err == nil && byName[st.session] == nil {
			err = fmt.Errorf("step: no block belongs to a session %s", st.session)
		}
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", t.At(c.Line), err))
			continue
		}
		byName[st.session].todo = append(byName[st.session].todo, action{line: c.Line, block: -1, step: &st})
	}
	for _, s := range sessions {
		s.Redis = cmp.Or(s.Redis, "embedded")
		slices.SortStableFunc(s.todo, func(a, b action) int { return cmp.Compare(a.line, b.line) })
		findings = append(findings, s.hasty()...)
	}
	return sessions, findings
}

// hasty finds what is cleared right behind a step that makes a program answer: what the answer has printed by then is gone, what it prints
// later is not, and nobody knows which is which.
func (s *Session) hasty() (findings []string) {
	for i := 1; i < len(s.todo); i++ {
		a, before := s.todo[i], s.todo[i-1].step
		if a.step != nil && a.step.verb == "clear" && before != nil && slices.Contains([]string{"type", "press", "start"}, before.verb) {
			findings = append(findings, fmt.Sprintf("%s: step clear: what comes of \"%s %s\" may be there already: clear before that, or wait for something between",
				s.Text.At(a.line), before.verb, before.words))
		}
	}
	return findings
}

// cut divides a block's lines into its commands with their output.
func cut(c claim, lines []string) ([]*part, error) {
	var parts []*part
	for i, line := range lines {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			parts = append(parts, &part{command: command, first: i + 1})
			continue
		}
		if len(parts) == 0 {
			parts = append(parts, &part{first: i})
		}
		parts[len(parts)-1].shown = append(parts[len(parts)-1].shown, line)
	}
	if len(c.terminals) > 1 && len(c.terminals) != len(parts) {
		return nil, fmt.Errorf("run: %d terminals for %d commands: name one for each, or one for all", len(c.terminals), len(parts))
	}
	silent := slices.ContainsFunc(parts, func(p *part) bool { return len(p.shown) == 0 })
	for i, p := range parts {
		p.claim, p.place = c, c.place(i)
		switch {
		case len(p.shown) == 0 && !c.quiet:
			return nil, fmt.Errorf("run: %q shows no output: show it, or claim the block with quiet", p.command)
		case c.quiet && !silent:
			return nil, fmt.Errorf("run: %q shows output, and the claim says quiet: take one of both out", p.command)
		case p.command == "" && p.stays:
			return nil, fmt.Errorf("run: %s&: there is no command in this block that could stay: take out the &", p.terminal)
		}
	}
	return parts, nil
}

var (
	goRun   = regexp.MustCompile(`\bgo run \./(\S+)`)
	goTest  = regexp.MustCompile(`\bgo test [^|;&]*?(\./\S+)`)
	command = regexp.MustCompile(`(?:^|[|;&(]\s*|\$\()(?:[A-Z_]+=\S*\s+)*([a-z][\w-]*)`)
)

// commands returns all that the session types into its shells.
func (s *Session) commands() []string {
	var all []string
	for _, a := range s.todo {
		switch {
		case a.part != nil && a.part.command != "":
			all = append(all, a.part.command)
		case a.step != nil && (a.step.verb == "run" || a.step.verb == "start"):
			all = append(all, a.step.words)
		}
	}
	return all
}

// programs returns the folders of the programs that the session starts by go run.
func (s *Session) programs() []string {
	var all []string
	for _, c := range s.commands() {
		for _, m := range goRun.FindAllStringSubmatch(c, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// tests returns the packages that the session tests.
func (s *Session) tests() []string {
	var all []string
	for _, c := range s.commands() {
		for _, m := range goTest.FindAllStringSubmatch(c, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// needs returns the first words of its commands that a machine may lack.
func (s *Session) needs() []string {
	var all []string
	for _, c := range s.commands() {
		for _, m := range command.FindAllStringSubmatch(c, -1) {
			if slices.Contains(optional, m[1]) && !slices.Contains(all, m[1]) {
				all = append(all, m[1])
			}
		}
	}
	if s.Redis == "server" && !slices.Contains(all, "redis-server") {
		all = append(all, "redis-server")
	}
	return all
}

// optional are programs without which a session is skipped.
var optional = []string{"redis-server", "redis-cli", "redis-sentinel", "curl", "node", "npm", "openssl", "make"}
