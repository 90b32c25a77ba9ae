// Package weave keeps the texts true. Each fenced block in a Markdown file is claimed by
// a comment on the line above it, which says where the block comes from:
//
//	<!-- code: queue.go queue.put -->        from the source: written, and compared
//	<!-- run: SESSION TERMINAL … -->         executed and compared (package transcript)
//	<!-- typed: REASON -->                   for the reader to type; the output is not shown
//	<!-- shown: json -->                     an illustration, checked where it has a syntax
//
// Read it in this order:
//
//   - text.go: the blocks of a text, and the comments above them
//   - claim.go: the four kinds, and what each needs
//   - declaration.go, region.go: a piece of a Go file, by its name
//   - caption.go: the line that tells the reader which file it is
//   - seen.go: whether Markdown sees the same blocks
//   - shown.go: what is checked of an illustration
//   - check.go: everything that is wrong with the texts, as sentences
//   - write.go: the texts with the blocks as the source has them
//
// It reads and writes files, and runs node and sh to check a syntax. Only package
// transcript starts the workbook's programs.
package weave
