package chattest

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Crowd is people who must not notice what somebody else does to the node. A voice
// counts aloud in two rooms, "go" and "rust"; bob listens in the one, carol in
// the other. The next number is said when both have heard the last, and each must
// hear every number, in order.
//
// A clock cannot tell whether they were held up: it tells only how busy the machine
// is. So another crowd, on a node that nobody troubles, counts at the same time on
// the same processors. A crowd that was held up has not come nearly as far.
type Crowd struct {
	Control *Crowd // nil: this one is it
	HeldUp  int    // this crowd was held up if its control has come so many times as far; at first 5
	Said    int    // numbers that both have heard; to be read after Leave

	n         *Node
	voice     *Person
	silence   chan struct{} // closed: the voice stops counting
	hushing   sync.Once
	ending    sync.Once
	talking   sync.WaitGroup
	heard     chan struct{} // each number, by each of the listeners
	broken    chan struct{} // closed: a listener has failed
	breaking  sync.Once
	answering chan struct{} // closed when the voice is gone

	mu     sync.Mutex
	others []string // what was heard from anybody else
}

// heldUp is the factor that a crowd begins with. On a busy machine, too, a
// crowd and its control are about even.
const heldUp = 5

// Gather lets a crowd come to the node, and another one, its control, to the other
// node. Both voices count, with a pause after each number.
func (n *Node) Gather(pause time.Duration, control *Node) *Crowd {
	n.T.Helper()
	c := n.assembles()
	c.Control = control.assembles()
	for _, c := range []*Crowd{c, c.Control} {
		c.talking.Go(func() { c.count(pause) })
	}
	return c
}

// assembles is a crowd that does not yet count.
func (n *Node) assembles() *Crowd {
	n.T.Helper()
	c := &Crowd{
		n: n, voice: n.Enter("voice", "go"), silence: make(chan struct{}), HeldUp: heldUp,
		heard: make(chan struct{}, 2), broken: make(chan struct{}), answering: make(chan struct{}),
	}
	c.voice.Does(`{"event":"join","data":"rust","id":0}`)
	for _, p := range []*Person{n.Enter("bob", "go"), n.Enter("carol", "rust")} {
		c.talking.Go(func() { c.listen(p) })
	}
	go func() { // the voice hears nobody, but answers pings
		defer close(c.answering)
		_ = c.voice.WS.SetReadDeadline(time.Time{})
		for err := error(nil); err == nil; {
			_, _, err = c.voice.WS.ReadMessage()
		}
	}()
	n.T.Cleanup(c.end) // of a test that fails, too
	return c
}

// CrowdSize is how many connections a crowd has.
const CrowdSize = 3

// count says numbers in both rooms, at last a 0.
func (c *Crowd) count(pause time.Duration) {
	say := func(number int) {
		for _, room := range []string{"go", "rust"} {
			text := fmt.Sprintf(`{"event":"message","room":"%s","data":%d}`, room, number)
			if err := c.voice.WS.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				c.n.T.Errorf("the voice: %v", err)
			}
		}
	}
	rest := time.NewTimer(pause)
	defer rest.Stop()
	for {
		select {
		case <-c.silence:
			say(0)
			return
		case <-rest.C:
		}
		say(c.Said + 1)
		for range 2 {
			select {
			case <-c.heard:
			case <-c.broken:
				return
			}
		}
		c.Said++
		rest.Reset(pause)
	}
}

// listen checks that the numbers come, every one, until a 0 does.
func (c *Crowd) listen(p *Person) {
	for last := 0; ; {
		_ = p.WS.SetReadDeadline(time.Now().Add(Patience))
		_, text, err := p.WS.ReadMessage()
		if err != nil {
			c.n.T.Errorf("%s, after %d: %v", p.Name, last, err)
			c.breaking.Do(func() { close(c.broken) })
			return
		}
		var f frame.Frame
		var number int
		if json.Unmarshal(text, &f) != nil || f.From != "voice" || json.Unmarshal(f.Data, &number) != nil {
			c.heardOther(f.Event, text)
			continue
		}
		if number == 0 {
			return
		}
		if number != last+1 {
			c.n.T.Errorf("%s hears %d after %d", p.Name, number, last)
		}
		last = number
		select {
		case c.heard <- struct{}{}:
		case <-c.broken: // nobody waits for it
		}
	}
}

func (c *Crowd) heardOther(event string, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if event != "$presence" {
		c.others = append(c.others, string(text))
	}
}

// Leave ends the counting of both crowds when all of it has been heard, and fails
// the test when this crowd was held up. It returns what was heard from others.
func (c *Crowd) Leave() (others []string) {
	c.n.T.Helper()
	c.hush() // both, before either is waited for
	c.Control.hush()
	c.end()
	c.Control.end()
	c.n.T.Logf("the crowd has heard %d numbers, its control %d", c.Said, c.Control.Said)
	require.GreaterOrEqual(c.n.T, c.HeldUp*(c.Said+2), c.Control.Said, "somebody was held up")
	return c.others
}

func (c *Crowd) hush() { c.hushing.Do(func() { close(c.silence) }) }

func (c *Crowd) end() {
	c.hush()
	c.ending.Do(func() {
		c.talking.Wait()
		c.voice.WS.Close()
		<-c.answering
	})
}
