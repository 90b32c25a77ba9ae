package book

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"path/filepath"

	"example.com/redis-chat/workbook/markdown"
	"example.com/redis-chat/workbook/standalone"
)

//go:embed book.html style script
var files embed.FS

var layout = template.Must(template.ParseFS(files, "book.html"))

// Write writes the texts of the repository at root as one page. The page will be in the folder at, from which links to
// source files lead into the repository. The error has a line for each link that leads nowhere: file, line, and why.
func Write(w io.Writer, root, at string) error {
	parts, err := contents(root)
	if err != nil {
		return fmt.Errorf("read the texts: %w", err)
	}
	base, err := filepath.Rel(at, root)
	if err != nil {
		return fmt.Errorf("find the way from %s to the repository: %w", at, err)
	}
	to := links{markdown.Files{Root: root, Base: filepath.ToSlash(base)}, map[string]*chapter{}}
	for _, p := range parts {
		for _, t := range p.Texts {
			to.texts[t.Name] = t
		}
	}
	shown, err := to.render(parts)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := layout.Execute(&body, map[string]any{"Parts": shown, "Base": to.Base}); err != nil {
		return fmt.Errorf("lay out the book: %w", err)
	}
	styles, err := read("style/frame.css", "style/text.css", "style/search.css", "style/print.css")
	if err != nil {
		return err
	}
	scripts, err := read("script/menu.js", "script/place.js", "script/search.js", "script/copy.js", "script/scroll.js", "script/print.js", "script/keys.js")
	if err != nil {
		return err
	}
	return standalone.Page{Title: parts[0].Texts[0].Title, Styles: styles, Scripts: scripts, Body: body.Bytes()}.Write(w)
}

// article is a text as it is shown.
type article struct {
	*chapter
	HTML       template.HTML
	Sections   []markdown.Heading // of level 2
	Prev, Next *chapter
}

type shownPart struct {
	Name     string
	Articles []*article
}

// render makes HTML of all texts, and collects all that is wrong in them.
func (l links) render(parts []part) ([]shownPart, error) {
	var shown []shownPart
	var last *article
	var wrong []error
	for _, p := range parts {
		s := shownPart{Name: p.Name}
		for _, t := range p.Texts {
			html, err := t.HTML(l.options(t))
			if err != nil {
				wrong = append(wrong, err)
			}
			a := &article{chapter: t, HTML: template.HTML(html)}
			for _, h := range t.Headings {
				if h.Level == 2 {
					a.Sections = append(a.Sections, h)
				}
			}
			if last != nil {
				last.Next, a.Prev = t, last.chapter
			}
			last = a
			s.Articles = append(s.Articles, a)
		}
		shown = append(shown, s)
	}
	return shown, errors.Join(wrong...)
}

func read(names ...string) ([]string, error) {
	var all []string
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, string(b))
	}
	return all, nil
}
