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

// Map is the page itself; it is executed with the token, a string, that the page
// shows with everything that it asks the system to do.
var Map = template.Must(template.New("map.html").Parse(text))
