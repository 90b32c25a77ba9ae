// Package page is the live map: what a browser shows of the running system.
package page

import (
	"embed"
	"html/template"
)

// Files are what the map loads.
//
//go:embed *.css *.js *.svg
var Files embed.FS

//go:embed map.html
var text string

// Run is what the page must know of the run of the system that serves it.
type Run struct {
	Token string // the page shows it with everything that it asks the system to do
	Run   string // the stream's id: when it is another one, the page loads itself anew
}

// Map is the page itself; it is executed with a Run.
var Map = template.Must(template.New("map.html").Parse(text))
