package livemap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// passOn sends the state to the map when it has changed, ten times a second at most.
func (m *Map) passOn(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.o.Changed:
		}
		if m.o.Feed.subscribed() {
			m.o.Feed.Show(m.state())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (m *Map) state() Update {
	now := m.o.System.State()
	return Update{State: &now}
}

// serveEvents is the stream of everything that happens. It begins with the state, the
// last moments, and the last lines. The id of each is that of this run: a page that
// has been left open over a restart notices by it.
func (m *Map) serveEvents(w http.ResponseWriter, r *http.Request) {
	updates, recent, end := m.o.Feed.Subscribe()
	defer end()
	w.Header().Set("Content-Type", "text/event-stream")
	first := []Update{m.state()}
	for _, moment := range m.o.Feed.moments.get() {
		first = append(first, Update{Moment: &moment})
	}
	for _, line := range recent {
		first = append(first, Update{Line: line})
	}
	for _, u := range first {
		if writeEvent(w, u, m.run.Run) != nil {
			return
		}
	}
	m.opened(1) // only now: the nodes begin to tell at once, and somebody must read that
	defer m.opened(-1)
	alive := time.NewTicker(10 * time.Second) // writes regularly, to notice a page that is gone
	defer alive.Stop()
	for {
		var err error
		select {
		case u, ok := <-updates:
			if !ok {
				return
			}
			err = writeEvent(w, u, m.run.Run)
		case <-alive.C:
			_, err = io.WriteString(w, ":\n\n")
			err = errors.Join(err, http.NewResponseController(w).Flush())
		case <-r.Context().Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func writeEvent(w http.ResponseWriter, u Update, id string) error {
	data, err := json.Marshal(u)
	if err != nil {
		return err
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(5 * time.Second)) // a page that reads nothing is disconnected
	if _, err := fmt.Fprintf(w, "data: %s\nid: %s\n\n", data, id); err != nil {
		return err
	}
	return control.Flush()
}

// opened counts the open maps, and calls Watched for the first and after the last one.
func (m *Map) opened(by int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.open > 0
	m.open += by
	if now := m.open > 0; now != before && m.o.Watched != nil {
		m.o.Watched(now)
	}
}
