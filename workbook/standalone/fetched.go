package standalone

import (
	"regexp"
	"strings"
)

var (
	source    = regexp.MustCompile(`<[^>]*\s(?:src|srcset|poster|data|action|ping)\s*=\s*["']?([^"'\s>]*)`)
	linked    = regexp.MustCompile(`<link\b[^>]*\shref\s*=\s*["']?([^"'\s>]*)`)
	inStyle   = regexp.MustCompile(`(?:url\(\s*["']?|@import\s+["']?)([^"')\s;]*)`)
	container = regexp.MustCompile(`<(?:iframe|object|embed|base)\b[^>]*>`)
	element   = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// Fetched returns what a browser would fetch to show this HTML, other than what is inside of it. Links that a person
// follows are not among it.
func Fetched(html []byte) []string {
	var found []string
	add := func(all [][]byte, m [][][]byte) {
		for _, m := range m {
			all = append(all, m[1])
		}
		for _, address := range all {
			if a := string(address); !strings.HasPrefix(a, "data:") {
				found = append(found, a)
			}
		}
	}
	add(nil, source.FindAllSubmatch(html, -1))
	add(nil, linked.FindAllSubmatch(html, -1))
	for _, style := range element.FindAllSubmatch(html, -1) {
		add(nil, inStyle.FindAllSubmatch(style[1], -1))
	}
	for _, c := range container.FindAll(html, -1) {
		found = append(found, string(c))
	}
	return found
}
