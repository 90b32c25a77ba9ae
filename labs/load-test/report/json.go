// Package report shows what the lab has measured: as JSON that can be read
// again, as a table for the terminal, and as one page with pictures. It only
// reads a loadtest.Report; nothing here measures.
package report

import (
	"encoding/json"
	"fmt"
	"io"

	loadtest "example.com/redis-chat/labs/load-test"
)

// WriteJSON writes the whole report, indented, so that two of them can be
// compared line by line.
func WriteJSON(w io.Writer, r *loadtest.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	// A command line has < and &, and should read as it was typed.
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	return nil
}

// ReadJSON reads what WriteJSON wrote, so that an old result can be drawn again.
func ReadJSON(r io.Reader) (*loadtest.Report, error) {
	var report loadtest.Report
	if err := json.NewDecoder(r).Decode(&report); err != nil {
		return nil, fmt.Errorf("read a report, the JSON that an earlier call wrote: %w", err)
	}
	return &report, nil
}
