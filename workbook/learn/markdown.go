package learn

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	markdownLink = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	emphasis     = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	span         = regexp.MustCompile("`([^`]+)`")
	item         = regexp.MustCompile(`^ *([-*]|\d+\.) +`)
	ruler        = regexp.MustCompile(`^\|[-:| ]+\|$`)
	comment      = regexp.MustCompile(`(?m)^<!--.*-->\n`)
)

// lineWidth is how long a line of text may be: a terminal of 80 columns shows it whole.
const lineWidth = 76

// plain is a text without the marks of Markdown, in lines that a terminal shows whole,
// indented by two. Code and tables keep their lines.
func plain(markdown string) string {
	var out, paragraph strings.Builder
	flush := func() {
		wrap(&out, paragraph.String())
		paragraph.Reset()
	}
	fenced := false
	for line := range strings.Lines(comment.ReplaceAllString(markdown, "")) {
		line = strings.TrimRight(line, " \n")
		switch {
		case strings.HasPrefix(line, "```"):
			flush()
			fenced = !fenced
		case !fenced && ruler.MatchString(line): // a table's head is told from its rows without it
			flush()
		case fenced || strings.HasPrefix(line, "|"):
			flush()
			out.WriteString(strings.TrimRight("    "+line, " ") + "\n")
		case line == "":
			flush()
			out.WriteByte('\n')
		case item.MatchString(line):
			flush()
			paragraph.WriteString(line)
		default:
			if paragraph.Len() > 0 {
				line = " " + strings.TrimSpace(line)
			}
			paragraph.WriteString(line)
		}
	}
	flush()
	return out.String()
}

// wrap writes a paragraph; the lines of a list's item stand below its text.
func wrap(out *strings.Builder, paragraph string) {
	if paragraph == "" {
		return
	}
	indent := "  "
	if mark := item.FindString(paragraph); mark != "" {
		indent += strings.Repeat(" ", len(mark))
		out.WriteString("  " + mark)
		paragraph = strings.TrimPrefix(paragraph, mark)
	} else {
		out.WriteString(indent)
	}
	paragraph = markdownLink.ReplaceAllString(paragraph, "$1")
	paragraph = span.ReplaceAllString(emphasis.ReplaceAllString(paragraph, "$1"), "$1")
	column := len(indent)
	for i, word := range strings.Fields(paragraph) {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+length > lineWidth:
			out.WriteString("\n" + indent)
			column = len(indent)
		default:
			out.WriteByte(' ')
			column++
		}
		out.WriteString(word)
		column += length
	}
	out.WriteByte('\n')
}

// links are the targets of a text's links, from the repository's root.
func links(markdown, folder string, join func(folder, target string) string) []string {
	var all []string
	for _, m := range markdownLink.FindAllStringSubmatch(markdown, -1) {
		all = append(all, join(folder, m[2]))
	}
	return all
}
