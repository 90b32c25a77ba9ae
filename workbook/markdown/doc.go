// Package markdown turns the workbook's texts into HTML for pages that stand alone: code in colours, commands that can
// be copied, pictures inside of the page, comments left out, and each link checked.
//
// Read text.go, then html.go. commands.go and wide.go are what goldmark does not know.
package markdown
