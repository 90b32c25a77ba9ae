package standalone

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// Page is a page of one file.
type Page struct {
	Title  string
	Styles []string // of CSS, in this order, behind what all pages share
	// Scripts are JavaScript, and run in this order at the end of the page. Each is put into a block of its own: what
	// it declares is seen by no other.
	Scripts []string
	Body    []byte // HTML
}

//go:embed theme.css
var theme string

//go:embed theme.js
var themeScript string

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Write writes the page. An error is w's, or names what in the page would be fetched from elsewhere.
func (p Page) Write(w io.Writer) error {
	style := theme + strings.Join(p.Styles, "\n")
	var script strings.Builder
	script.WriteString("\"use strict\";\n")
	for _, s := range append([]string{themeScript}, p.Scripts...) {
		script.WriteString("{\n" + s + "}\n")
	}
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{
		"Title":  p.Title,
		"Policy": fmt.Sprintf("default-src 'none'; img-src data:; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hash(style), hash(script.String())),
		"Style":  template.CSS(style),
		"Script": template.JS(script.String()),
		"Body":   template.HTML(p.Body),
	})
	if err != nil {
		return fmt.Errorf("make the page %q: %w", p.Title, err)
	}
	if found := Fetched(b.Bytes()); len(found) > 0 {
		return fmt.Errorf("the page %q would fetch %s: put it inside of the page", p.Title, strings.Join(found, ", "))
	}
	_, err = b.WriteTo(w)
	return err
}

// hash names a text in a policy: only that text is taken.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
