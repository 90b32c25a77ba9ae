package slides

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	block = regexp.MustCompile(`(?s)<pre[^>]*>(.*?)</pre>`)
	tag   = regexp.MustCompile(`<[^>]*>`)
)

// So many letters of code fit beside each other on a wall of 1024 by 768, in the usual size and in the next smaller.
const (
	usual   = 66
	smaller = 80
)

// kinds are the classes of a slide, by which its letters are as large as its code allows.
func kinds(content string) []string {
	var all []string
	if strings.HasPrefix(content, "<h1") {
		all = append(all, "title")
	}
	if strings.Contains(content, `class="language-go"`) {
		all = append(all, "listing")
	}
	switch longest := longest(content); {
	case longest > smaller:
		all = append(all, "widest")
	case longest > usual:
		all = append(all, "wider")
	}
	return all
}

// longest is how many letters the longest line of code has.
func longest(content string) int {
	most := 0
	for _, m := range block.FindAllStringSubmatch(content, -1) {
		for line := range strings.Lines(html.UnescapeString(tag.ReplaceAllString(m[1], ""))) {
			most = max(most, utf8.RuneCountInString(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")))
		}
	}
	return most
}
