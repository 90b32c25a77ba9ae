package checks

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"strings"
)

func brokenLinks(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, t := range texts {
		for _, l := range t.links {
			if why := broken(root, t, l.target, texts); why != "" {
				findings = append(findings, fmt.Sprintf("%s:%d: link to %s: %s", t.name, l.line, l.target, why))
			}
		}
	}
	return findings, nil
}

// broken says what is wrong with a link, or nothing. Links out of the repository are
// not looked at: the checks need no network.
func broken(root string, from *text, target string, texts map[string]*text) string {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return err.Error()
	case u.Scheme != "" || u.Host != "":
		return ""
	}
	name := from.name
	if u.Path != "" {
		name = path.Join(path.Dir(from.name), u.Path)
	}
	if strings.HasPrefix(name, "../") || path.IsAbs(u.Path) {
		return "leads out of the repository"
	}
	if _, err := os.Stat(path.Join(root, name)); err != nil {
		return "there is no such file"
	}
	if u.Fragment == "" {
		return ""
	}
	if t := texts[name]; t != nil && !t.anchors.Has(u.Fragment) {
		return "there is no such heading"
	}
	return ""
}
