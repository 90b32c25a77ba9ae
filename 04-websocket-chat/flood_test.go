package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// floods writes a frame again and again until the socket ends.
func floods(p *chattest.Person, frame []byte) (ended chan struct{}) {
	p.WS.SetPingHandler(func(string) error { return nil }) // there is no room for an answer
	ended = make(chan struct{})
	many := bytes.Repeat(frame, 1+4096/len(frame))
	go func() {
		defer close(ended)
		for err := error(nil); err == nil; {
			_, err = p.WS.NetConn().Write(many)
		}
	}()
	return ended
}

// cuts ends a connection's socket at the node's end, and waits for the flood to
// end by it. The node would do it when the time is over that it gives: that is
// the subject of tests in a bubble, as how much comes through until then depends
// on the machine.
func (c *Conn) cuts(ended chan struct{}) {
	_ = c.ws.Close()
	<-ended
}

// Whatever the frames are, they count.
func TestFloodIsClosedWith1008AndHoldsNobodyUp(t *testing.T) {
	// The answers to dropped messages must not fill the queue first: that is 1013.
	n := serve(t, Options{RatePerSecond: 500, RateBurst: 500, MaxQueueBytes: 1 << 30})
	crowd := n.Gather(10*time.Millisecond, serve(t, unlimited).Node) // at most 200 messages a second
	kinds := map[string][]byte{
		"pings":       masked(frame.OpPing, strings.Repeat("p", 125)),
		"empty pings": masked(frame.OpPing, ""),
		"pongs":       masked(frame.OpPong, ""),
		"messages":    masked(frame.OpText, `{"event":"message","data":"mallory","room":"elsewhere"}`),
		"nonsense":    masked(frame.OpText, `]`),
		"bytes":       masked(frame.OpBinary, ""),
		"joins":       masked(frame.OpText, `{"event":"join","data":"elsewhere"}`),
		"$pings":      masked(frame.OpText, `{"event":"$ping"}`),
	}
	var all sync.WaitGroup
	for name, frame := range kinds {
		mallory := n.Enter("mallory", "elsewhere")
		conn := n.conn(mallory)
		all.Go(func() {
			ended := floods(mallory, frame)
			_ = mallory.WS.SetReadDeadline(time.Now().Add(chattest.Patience))
			for {
				if _, _, err := mallory.WS.ReadMessage(); err != nil {
					if !strings.Contains(err.Error(), "1008") {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
			}
			conn.cuts(ended)
		})
	}
	all.Wait()
	n.settled(chattest.CrowdSize)
	require.Empty(t, crowd.Leave())
	require.Zero(t, n.hub.Stats().Slow)
	require.Equal(t, 2, n.hub.Stats().Rooms)
}

// The same as fast as the socket takes it, in parts that hold nothing: none of
// it is ever a frame that could count, or a byte towards the limit.
func TestFloodOfPartsOfNothingEnds(t *testing.T) {
	n := serve(t, unlimited)
	crowd := n.Gather(2*time.Millisecond, serve(t, unlimited).Node)
	mallory := n.Enter("mallory", "go")
	conn := n.conn(mallory)
	begun := false
	mallory.WS.SetPongHandler(func(string) error { begun = true; return nil })
	mallory.Writes(masked(frame.OpText&^fin, ""), masked(frame.OpPing, ""))
	for !begun { // the crowd is heard meanwhile
		mallory.Read()
	}
	ended := floods(mallory, masked(opCont, ""))
	// What is left of PongTimeout, for this one alone. If any part of it counted
	// as a sign of life, it would have hours again.
	_ = conn.ws.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	require.Equal(t, 1008, mallory.Closed().Code)
	conn.cuts(ended)
	n.settled(chattest.CrowdSize)
	require.Empty(t, crowd.Leave())
}

func TestOfAThousandJoinsAHundredRoomsAreLet(t *testing.T) {
	for name, test := range map[string]struct{ most, want int }{
		"the default": {0, 100}, "without the limit": {5000, 1001},
	} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, Options{MaxRooms: test.most, RatePerSecond: -1, MaxQueueBytes: 16 << 20})
			crowd := n.Gather(2*time.Millisecond, serve(t, unlimited).Node)
			crowd.HeldUp = 50 // a thousand rooms, where they are let, are a node's work, and not a trick
			mallory := n.Enter("mallory", "go")
			for i := range 1000 {
				mallory.Says(fmt.Sprintf(`{"event":"join","data":"room %d","id":%d}`, i, i))
			}
			for i := range 1000 {
				f := mallory.Next()
				for f.From == "voice" {
					f = mallory.Next()
				}
				require.Equal(t, int64(i), *f.ID)
				if i < test.want-1 { // with the room of the URL
					require.Equal(t, "$ack", f.Event)
					continue
				}
				var problem frame.Problem
				require.NoError(t, json.Unmarshal(f.Data, &problem))
				require.Equal(t, frame.CodeForbidden, problem.Code)
				require.Contains(t, problem.Text, "leave one first")
			}
			require.Equal(t, 1+test.want, n.hub.Stats().Rooms) // with rust
			mallory.WS.Close()
			n.settled(chattest.CrowdSize)
			require.Equal(t, 2, n.hub.Stats().Rooms, "none of them stays")
			require.Empty(t, crowd.Leave())
		})
	}
}
