package slides

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"example.com/redis-chat/workbook/markdown"
	"example.com/redis-chat/workbook/standalone"
)

//go:embed slides.html style script
var files embed.FS

var layout = template.Must(template.ParseFS(files, "slides.html"))

// slide is one picture for the wall.
type slide struct {
	HTML  template.HTML
	Notes template.HTML // for whoever speaks
	At    int           // the minute in which its row of the plan begins
	Kinds []string      // classes: it begins a part; it has a listing; its lines are long
}

// Write writes the slides of the repository at root as one page. The page will be in the folder at, from which links to
// files lead into the repository. An error names the file and, where it can, the line or the slide.
func Write(w io.Writer, root, at string) error {
	plan, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(workshop)))
	if err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	rows, err := readPlan(string(plan))
	if err != nil {
		return err
	}
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(deck)))
	if err != nil {
		return fmt.Errorf("read the slides: %w", err)
	}
	base, err := filepath.Rel(at, root)
	if err != nil {
		return fmt.Errorf("find the way from %s to the repository: %w", at, err)
	}
	text := markdown.Read(deck, source)
	slides, err := cut(text, markdown.Files{Root: root, Base: filepath.ToSlash(base)}, rows)
	if err != nil {
		return err
	}
	table, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := layout.Execute(&body, map[string]any{"Slides": slides, "Plan": string(table)}); err != nil {
		return fmt.Errorf("lay out the slides: %w", err)
	}
	page := standalone.Page{Title: text.Title, Body: body.Bytes()}
	for _, name := range []string{"style/slide.css", "style/print.css", "script/clock.js", "script/show.js"} {
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".css") {
			page.Styles = append(page.Styles, string(b))
		} else {
			page.Scripts = append(page.Scripts, string(b))
		}
	}
	return page.Write(w)
}

var (
	rule = regexp.MustCompile(`(?m)^<hr>\n?`)
	note = regexp.MustCompile(`(?s)<blockquote>\s*(.*?)</blockquote>\s*$`)
	when = regexp.MustCompile(`^<p><strong>(\d+):(\d\d)</strong>`)
)

// cut makes slides of the text: a line across it ends a slide, and a quotation at a slide's end is its notes, which
// begin with the minute of a row of the plan.
func cut(text *markdown.Text, files markdown.Files, rows []row) ([]slide, error) {
	page, err := text.HTML(markdown.Options{
		Link:  func(target string) (string, string, error) { return files.Link(text.Name, target) },
		Image: func(target string) (string, error) { return files.Image(text.Name, target) },
	})
	if err != nil {
		return nil, err
	}
	var slides []slide
	var wrong []error
	for i, shown := range rule.Split(string(page), -1) {
		s, err := read(shown)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: slide %d: %w", text.Name, i+1, err))
		}
		slides = append(slides, s)
	}
	return slides, errors.Join(append(wrong, follow(text.Name, slides, rows)...)...)
}

func read(shown string) (slide, error) {
	m := note.FindStringSubmatchIndex(shown)
	if m == nil {
		return slide{}, errors.New(`no notes: end it with "> **0:40** what to say", the time of its row in the plan`)
	}
	notes := shown[m[2]:m[3]]
	at := when.FindStringSubmatch(notes)
	if at == nil {
		return slide{}, errors.New(`its notes begin with no time: want "> **0:40** what to say"`)
	}
	var hour, minute int
	if _, err := fmt.Sscanf(at[1]+" "+at[2], "%d %d", &hour, &minute); err != nil {
		return slide{}, err
	}
	content := strings.TrimSpace(shown[:m[0]])
	return slide{template.HTML(content), template.HTML(notes), 60*hour + minute, kinds(content)}, nil
}

// follow compares the slides with the plan: each belongs to a row, no row is without a slide, and time runs forward.
func follow(name string, slides []slide, rows []row) []error {
	var wrong []error
	next := 0 // the first row that has no slide yet
	for i, s := range slides {
		switch {
		case next > 0 && s.At == rows[next-1].At:
		case next < len(rows) && s.At == rows[next].At:
			next++
		case next < len(rows):
			return append(wrong, fmt.Errorf("%s: slide %d: its time is %s; the plan goes on with %s, %s", name, i+1, clock(s.At), clock(rows[next].At), rows[next].What))
		default:
			return append(wrong, fmt.Errorf("%s: slide %d: its time is %s, and the plan has no row there", name, i+1, clock(s.At)))
		}
	}
	for _, r := range rows[next:] {
		wrong = append(wrong, fmt.Errorf("%s: no slide for %s, %s", name, clock(r.At), r.What))
	}
	return wrong
}

func clock(minutes int) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }
