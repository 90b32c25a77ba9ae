package chat

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// crowd is who must not notice what somebody else does to the node. A voice
// counts aloud in two rooms, "go" and "rust"; bob listens in the one, carol in
// the other. The next number is said when both have heard the last, and each must
// hear every number, in order.
//
// Whether they were held up is not asked of a clock, which tells how busy the
// machine is: another crowd, on a node that nobody troubles, counts at the same
// time on the same processors. Who was held up has not come nearly as far.
type crowd struct {
	n         *served
	voice     *person
	silence   chan struct{} // closed: the voice stops counting
	hushing   sync.Once
	ending    sync.Once
	talking   sync.WaitGroup
	heard     chan struct{} // each number, by each of the listeners
	broken    chan struct{} // closed: a listener has failed
	breaking  sync.Once
	answering chan struct{} // closed when the voice is gone
	control   *crowd        // nil: this one is it
	heldUp    int           // as many times as far as it the control has come, if it was held up

	said   int // numbers that both have heard
	mu     sync.Mutex
	others []string // what was heard from anybody else
}

// heldUp is what a crowd begins with. Beside a busy machine, too, it and its
// control are about even.
const heldUp = 5

// gathers lets the voice count, with a pause after each number, here and on the
// control's node.
func (n *served) gathers(pause time.Duration, control *served) *crowd {
	n.t.Helper()
	c := n.assembles()
	c.control = control.assembles()
	for _, c := range []*crowd{c, c.control} {
		c.talking.Go(func() { c.count(pause) })
	}
	return c
}

// assembles is a crowd that does not yet count.
func (n *served) assembles() *crowd {
	n.t.Helper()
	c := &crowd{
		n: n, voice: n.enter("voice", "go"), silence: make(chan struct{}), heldUp: heldUp,
		heard: make(chan struct{}, 2), broken: make(chan struct{}), answering: make(chan struct{}),
	}
	c.voice.does(`{"event":"join","data":"rust","id":0}`)
	for _, p := range []*person{n.enter("bob", "go"), n.enter("carol", "rust")} {
		c.talking.Go(func() { c.listen(p) })
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

// count says numbers in both rooms, at last a 0.
func (c *crowd) count(pause time.Duration) {
	say := func(number int) {
		for _, room := range []string{"go", "rust"} {
			text := fmt.Sprintf(`{"event":"message","room":"%s","data":%d}`, room, number)
			if err := c.voice.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				c.n.t.Errorf("the voice: %v", err)
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
		say(c.said + 1)
		for range 2 {
			select {
			case <-c.heard:
			case <-c.broken:
				return
			}
		}
		c.said++
		rest.Reset(pause)
	}
}

// listen checks that the numbers come, every one, until a 0 does.
func (c *crowd) listen(p *person) {
	for last := 0; ; {
		_ = p.ws.SetReadDeadline(time.Now().Add(patience))
		_, text, err := p.ws.ReadMessage()
		if err != nil {
			c.n.t.Errorf("%s, after %d: %v", p.Name, last, err)
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
			c.n.t.Errorf("%s hears %d after %d", p.Name, number, last)
		}
		last = number
		select {
		case c.heard <- struct{}{}:
		case <-c.broken: // nobody waits for it
		}
	}
}

func (c *crowd) heardOther(event string, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if event != "$presence" {
		c.others = append(c.others, string(text))
	}
}

// leaves ends the counting of both crowds when all of it has been heard. It
// returns what was heard from others.
func (c *crowd) leaves() (others []string) {
	c.n.t.Helper()
	c.hush() // both, before either is waited for
	c.control.hush()
	c.end()
	c.control.end()
	c.n.t.Logf("the crowd has heard %d numbers, its control %d", c.said, c.control.said)
	require.GreaterOrEqual(c.n.t, c.heldUp*(c.said+2), c.control.said, "somebody was held up")
	return c.others
}

func (c *crowd) hush() { c.hushing.Do(func() { close(c.silence) }) }

func (c *crowd) end() {
	c.hush()
	c.ending.Do(func() {
		c.talking.Wait()
		c.voice.ws.Close()
		<-c.answering
	})
}
