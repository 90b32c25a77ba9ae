package topology

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// labelled puts a name before each line of a log. A server that takes a free port logs before we know its address, so lines
// wait until there is a name.
type labelled struct {
	mu   sync.Mutex
	out  io.Writer
	name string
	held []byte // an unfinished line; while there is no name, all lines
}

func (l *labelled) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, p...)
	l.flush()
	return len(p), nil // a log that cannot be written must not stop its server
}

func (l *labelled) label(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.name = name
	l.flush()
}

func (l *labelled) flush() {
	if l.name == "" {
		return
	}
	for {
		line, rest, ok := bytes.Cut(l.held, []byte("\n"))
		if !ok {
			return
		}
		fmt.Fprintf(l.out, "%s %s\n", l.name, harmless.Lines(string(line))) // it names clients as they call themselves
		l.held = rest
	}
}
