package chat

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// crowd is who must not notice what somebody else does to the node. A voice
// counts aloud in two rooms, "go" and "rust"; bob listens in the one, carol in
// the other, and each must hear every number, in order and in time.
type crowd struct {
	n         *served
	voice     *person
	silence   chan struct{} // closed: the voice stops counting
	once      sync.Once
	listening sync.WaitGroup
	answering chan struct{} // closed when the voice is gone

	mu     sync.Mutex
	others []string      // what was heard from anybody else
	latest time.Duration // on the way
}

// heldUp is what people would notice; a busy machine alone makes it less.
const heldUp = 3 * time.Second

// gathers lets the voice count, a number each pause.
func (n *served) gathers(pause time.Duration) *crowd {
	n.t.Helper()
	c := &crowd{n: n, voice: n.enter("voice", "go"), silence: make(chan struct{}), answering: make(chan struct{})}
	c.voice.does(`{"event":"join","data":"rust","id":0}`)
	bob, carol := n.enter("bob", "go"), n.enter("carol", "rust")
	last := make(chan int, 1)
	c.listening.Go(func() {
		last <- c.count(pause) // sent only after the end has been said
	})
	for _, p := range []*person{bob, carol} {
		c.listening.Go(func() {
			heard := c.listen(p)
			said := <-last
			if last <- said; heard != said {
				n.t.Errorf("%s heard %d of %d", p.Name, heard, said)
			}
		})
	}
	go func() { // the voice hears nobody, but answers pings
		defer close(c.answering)
		_ = c.voice.ws.SetReadDeadline(time.Time{})
		for err := error(nil); err == nil; {
			_, _, err = c.voice.ws.ReadMessage()
		}
	}()
	n.t.Cleanup(c.end) // of a test that fails, too
	return c
}

// crowdSize is how many connections a crowd has.
const crowdSize = 3

// count says [number, time] in both rooms, at last a 0, and returns the number before it.
func (c *crowd) count(pause time.Duration) (last int) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	say := func(number int) {
		for _, room := range []string{"go", "rust"} {
			text := fmt.Sprintf(`{"event":"message","room":"%s","data":[%d,%d]}`, room, number, time.Now().UnixNano())
			if err := c.voice.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				c.n.t.Errorf("the voice: %v", err)
			}
		}
	}
	for {
		select {
		case <-c.silence:
			say(0)
			return last
		case <-tick.C:
			last++
			say(last)
		}
	}
}

// listen checks that the numbers come, every one, and returns the one before 0.
func (c *crowd) listen(p *person) (last int) {
	for {
		_ = p.ws.SetReadDeadline(time.Now().Add(patience))
		_, text, err := p.ws.ReadMessage()
		if err != nil {
			c.n.t.Errorf("%s, after %d: %v", p.Name, last, err)
			return last
		}
		var f Frame
		var said [2]int64
		if json.Unmarshal(text, &f) != nil || f.From != "voice" || json.Unmarshal(f.Data, &said) != nil {
			c.heardOther(f.Event, text)
			continue
		}
		if said[0] == 0 {
			return last
		}
		if said[0] != int64(last)+1 {
			c.n.t.Errorf("%s hears %d after %d", p.Name, said[0], last)
		}
		last = int(said[0])
		c.mu.Lock()
		c.latest = max(c.latest, time.Since(time.Unix(0, said[1])))
		c.mu.Unlock()
	}
}

func (c *crowd) heardOther(event string, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if event != "$presence" {
		c.others = append(c.others, string(text))
	}
}

// leaves ends the counting when all of it has been heard. It returns what was
// heard from others.
func (c *crowd) leaves() (others []string) {
	c.n.t.Helper()
	c.end()
	require.Less(c.n.t, c.latest, heldUp, "somebody was held up")
	return c.others
}

func (c *crowd) end() {
	c.once.Do(func() {
		close(c.silence)
		c.listening.Wait()
		c.voice.ws.Close()
		<-c.answering
	})
}
