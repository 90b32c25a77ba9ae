// Package standalone makes pages of one file: style, scripts and pictures are inside, the page's own policy forbids it
// to fetch anything, and colours are light or dark as the reader's system is, or as the reader says.
package standalone
