// Package book makes one page of the whole workbook: all texts, with their pictures inside, a list of contents, a
// search, and commands that can be copied. The page needs no network and no server.
//
// Read contents.go (which texts, in which order), links.go (what leads where), then book.go. What the page does is in
// the files beside it, one idea each: style/ and script/.
package book
