// Package page holds the live map's page, embedded in the program: it needs no
// other server, and works offline.
package page

import "embed"

// Files are map.html and what it loads.
//
//go:embed map.html *.css *.js *.svg
var Files embed.FS
