package weave

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"example.com/redis-chat/workbook/workspace"
)

// Check returns what is wrong with the texts below root, a sentence or a diff each.
// Whether the transcripts still hold is for package transcript to say.
func Check(ctx context.Context, root string) ([]string, error) {
	w, texts, err := read(root)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, t := range texts {
		findings = append(findings, misclaimed(t)...)
		findings = append(findings, unseen(t)...)
		woven, wrong := w.weave(t)
		findings = append(findings, wrong...)
		if d := diff.Diff(t.Name, []byte(t.String()), t.Name+" (from the source)", []byte(woven)); len(d) > 0 {
			findings = append(findings, t.Name+": code or captions are not as the source has them: go run ./workbook/cmd/weave writes them\n"+string(d))
		}
		for _, b := range t.Blocks {
			if b.Claim == nil || b.Claim.Kind != Shown || b.Claim.Rest == "" {
				continue
			}
			if err := checkShown(ctx, b.Claim.Rest, strings.Join(t.Body(b), "\n")); err != nil {
				findings = append(findings, fmt.Sprintf("%s: %v", t.At(b.Open), err))
			}
		}
	}
	unused, err := w.unused()
	return append(findings, unused...), err
}

// Write brings the blocks of code and their captions up to date, and returns the names of the texts that it
// changed, and what kept it from writing a block.
func Write(root string) (changed, findings []string, err error) {
	w, texts, err := read(root)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range texts {
		woven, wrong := w.weave(t)
		findings = append(findings, wrong...)
		if woven == t.String() {
			continue
		}
		if err := os.WriteFile(path.Join(root, t.Name), []byte(woven), 0o644); err != nil {
			return changed, findings, fmt.Errorf("write a text: %w", err)
		}
		changed = append(changed, t.Name)
	}
	return changed, findings, nil
}

func read(root string) (*weaver, []*Text, error) {
	texts, err := Texts(root)
	return &weaver{root: root, files: map[string]*goFile{}, used: map[string]bool{}}, texts, err
}

// unused finds marked regions that no text shows, in all Go files.
func (w *weaver) unused() ([]string, error) {
	names, err := workspace.Files(w.root, "*.go")
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range names {
		source, err := os.ReadFile(path.Join(w.root, name))
		if err != nil {
			return nil, fmt.Errorf("read a Go file: %w", err)
		}
		found, err := regions(name, strings.Split(string(source), "\n"))
		if err != nil {
			findings = append(findings, err.Error())
		}
		for _, r := range found {
			if !w.used[name+" "+r.name] {
				findings = append(findings, fmt.Sprintf("%s:%d: no text shows region %s: claim a block by it, or take out its marks", name, r.first-1, r.name))
			}
		}
	}
	return slices.Compact(findings), nil
}
