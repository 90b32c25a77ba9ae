package report

import (
	"bytes"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// grid is a table of text whose first columns are words, to the left, and
// whose others are numbers, to the right. A tabwriter has one alignment for
// all, so words are filled up with spaces before it sees them; and a line
// without cells would end its columns, so headings are put in afterwards.
type grid struct {
	left     int  // columns of words; default 1
	open     bool // the last column is words too
	rows     [][]string
	headings map[int]string // before this row
}

func newGrid(columns ...string) *grid {
	return &grid{left: 1, rows: [][]string{columns}, headings: make(map[int]string)}
}

func (g *grid) row(cells ...string) { g.rows = append(g.rows, cells) }

func (g *grid) heading(text string) { g.headings[len(g.rows)] = text }

func (g *grid) write(b *bytes.Buffer) {
	var text bytes.Buffer
	tw := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	width := g.widths()
	for _, cells := range g.rows {
		for i, cell := range cells {
			cell = oneLine(cell)
			if i < g.left {
				cell += strings.Repeat(" ", max(0, width[i]-utf8.RuneCountInString(cell)))
			}
			if g.open && i == len(cells)-1 {
				tw.Write([]byte("  " + cell)) // no tab: it is no cell, and goes to the left
				continue
			}
			tw.Write([]byte(cell + "\t")) // a bytes.Buffer does not fail
		}
		tw.Write([]byte("\n"))
	}
	tw.Flush()
	for i, line := range strings.Split(strings.TrimRight(text.String(), "\n"), "\n") {
		if heading, ok := g.headings[i]; ok {
			b.WriteString(heading + "\n")
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func (g *grid) widths() []int {
	width := make([]int, len(g.rows[0]))
	for _, cells := range g.rows {
		for i, cell := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(oneLine(cell)))
		}
	}
	return width
}

// oneLine removes tabs and line breaks: in a name they would shift the rest of the row.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
