package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// person is a client that notes what it hears, and which of its messages were acknowledged.
type person struct {
	*client.Client
	name     string
	answered chan struct{} // a message has its answer
	stop     func()        // ends saying; what was said last is answered then

	mu    sync.Mutex
	said  int
	acks  map[int]bool
	texts map[string]bool // that it has heard
}

func (m *machine) joins(t *testing.T, name string) *person {
	t.Helper()
	c, err := client.Dial(t.Context(), "ws://chat.example.com", client.DialOptions{Name: name, DialContext: m.dial})
	require.NoError(t, err)
	p := &person{Client: c, name: name, answered: make(chan struct{}, 1), acks: map[int]bool{}, texts: map[string]bool{}}
	ctx, leave := context.WithCancel(t.Context())
	var listening sync.WaitGroup
	listening.Go(func() {
		for {
			m, err := c.Receive(ctx)
			if err != nil {
				return
			}
			p.note(m)
		}
	})
	t.Cleanup(func() {
		leave()
		c.Close()
		listening.Wait()
	})
	return p
}

func (p *person) note(m client.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var text string
	switch m.Event {
	case frame.EventMessage:
		_ = json.Unmarshal(m.Data, &text) // on an error it is none of ours
		p.texts[text] = true
	case frame.EventAck:
		p.acks[int(*m.ID)] = true
		p.answered <- struct{}{}
	case frame.EventError:
		if m.ID != nil {
			p.answered <- struct{}{}
		}
	}
}

// speaks joins and says "name 1", "name 2" and so on, fifty a second at most, each when the one before is answered.
func (m *machine) speaks(t *testing.T, name string) *person {
	t.Helper()
	p := m.joins(t, name)
	ctx, stop := context.WithCancel(t.Context())
	var speaking sync.WaitGroup
	p.stop = func() { stop(); speaking.Wait() }
	t.Cleanup(p.stop)
	speaking.Go(func() {
		pace := time.NewTicker(20 * time.Millisecond)
		defer pace.Stop()
		for ctx.Err() == nil {
			p.mu.Lock()
			p.said++
			id := int64(p.said)
			p.mu.Unlock()
			f := frame.Frame{Event: frame.EventMessage, Data: fmt.Appendf(nil, `"%s %d"`, name, id), ID: &id}
			if p.Send(t.Context(), f) != nil {
				return
			}
			select {
			case <-p.answered:
			case <-t.Context().Done():
			}
			<-pace.C
		}
	})
	return p
}

func (p *person) acknowledged() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.acks)
}

// last is the last text that was acknowledged.
func (p *person) last() (text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := p.said; id > 0; id-- {
		if p.acks[id] {
			return fmt.Sprint(p.name, " ", id)
		}
	}
	return ""
}

func (p *person) heard(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.texts[text]
}

// unheard counts what these have said and this one has not heard: what was acknowledged, and all of it.
func (p *person) unheard(by ...*person) (acknowledged, all int) {
	for _, other := range by {
		for id := 1; id <= other.said; id++ {
			if p.heard(fmt.Sprint(other.name, " ", id)) {
				continue
			}
			if all++; other.acks[id] {
				acknowledged++
			}
		}
	}
	return acknowledged, all
}
