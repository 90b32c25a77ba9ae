package weave

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The kinds of claims. Step is none: it stands alone, between a session's blocks.
const (
	Code  = "code"
	Run   = "run"
	Typed = "typed"
	Shown = "shown"
	Step  = "step"
)

var kinds = []string{Code, Run, Typed, Shown, Step}

// Claim is a comment that says where a block comes from.
type Claim struct {
	Line    int
	Kind    string
	Rest    string // what stands behind the colon
	Claimed bool   // there is a block below it
}

var comment = regexp.MustCompile(`^\s*<!--\s*([a-z]+):\s*(.*?)\s*-->\s*$`)

func parseClaim(line string, n int) (Claim, bool) {
	m := comment.FindStringSubmatch(line)
	if m == nil {
		return Claim{}, false
	}
	return Claim{Line: n, Kind: m[1], Rest: m[2]}, true
}

// What to write above a block, for the sentences that ask for it.
const howToClaim = "want one of <!-- code: FILE NAME -->, <!-- run: SESSION TERMINAL -->, <!-- typed: REASON -->, <!-- shown: KIND --> on the line above (docs/testing.md)"

// misclaimed finds blocks without a claim, and claims without a block.
func misclaimed(t *Text) []string {
	var findings []string
	for _, b := range t.Blocks {
		switch {
		case b.Claim == nil:
			findings = append(findings, fmt.Sprintf("%s: this block is claimed by nothing: %s", t.At(b.Open), howToClaim))
		case !slices.Contains(kinds, b.Claim.Kind) || b.Claim.Kind == Step:
			findings = append(findings, fmt.Sprintf("%s: no block can be claimed by %q: %s", t.At(b.Claim.Line), b.Claim.Kind, howToClaim))
		case b.Claim.Rest == "":
			findings = append(findings, fmt.Sprintf("%s: the claim says nothing: %s", t.At(b.Claim.Line), howToClaim))
		}
	}
	for _, c := range t.Claims {
		if !c.Claimed && c.Kind != Step && slices.Contains(kinds, c.Kind) {
			findings = append(findings, fmt.Sprintf("%s: there is no block below this claim: put it on the line above one, or take it out", t.At(c.Line)))
		}
	}
	return findings
}

// codeClaim is a claim's file, the name in it, and whether its comment is left out.
type codeClaim struct {
	file, name string
	noDoc      bool
}

func parseCode(rest string) (codeClaim, error) {
	words := strings.Fields(rest)
	c := codeClaim{}
	switch {
	case len(words) == 3 && words[2] == "nodoc":
		c.noDoc = true
	case len(words) != 2:
		return c, fmt.Errorf("code: %s: want a file, a name in it, and perhaps nodoc", rest)
	}
	c.file, c.name = words[0], words[1]
	return c, nil
}
