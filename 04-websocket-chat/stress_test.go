package chat

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// view checks what one client hears: every sender numbers its messages, and
// nothing may come twice or in another order.
type view struct {
	name   string
	last   map[string]int // by sender
	placed int            // the number of its own that has come back last
	end    bool
}

func (v *view) see(text []byte) error {
	var f struct {
		Event, From, Room string
		Data              json.RawMessage
		ID                int
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return fmt.Errorf("%s: %q: %w", v.name, text, err)
	}
	switch f.Event {
	case "end":
		v.end = true
	case "$placed":
		v.placed = f.ID
	case "message":
		var number int
		if err := json.Unmarshal(f.Data, &number); err != nil {
			return err
		}
		if f.From == v.name {
			return fmt.Errorf("%s hears itself", v.name)
		}
		if number <= v.last[f.From] {
			return fmt.Errorf("%s: message %d of %s comes after %d", v.name, number, f.From, v.last[f.From])
		}
		v.last[f.From] = number
	}
	return nil
}

// Many come, join, speak, leave and vanish while others are delivered to.
// Those who stay must hear every message once; those who come and go must
// never hear one twice or out of order.
func TestManyComeAndGoWhileMessagesAreDelivered(t *testing.T) {
	const listeners, senders, churners, each = 5, 4, 8, 150
	n := serve(t, Options{RatePerSecond: -1, MaxQueueBytes: 16 << 20})
	var failures sync.Map
	listen := func(p *chattest.Person, v *view, said func()) {
		defer said()
		_ = p.WS.SetReadDeadline(time.Now().Add(chattest.Patience))
		for !v.end {
			kind, text, err := p.WS.ReadMessage()
			if err == nil && kind == websocket.TextMessage {
				err = v.see(text)
			}
			if err != nil {
				failures.Store(v.name, err)
				return
			}
			if v.placed == each {
				said()
			}
		}
	}
	var views []*view
	var listening, sending, churning sync.WaitGroup
	attend := func(name string, said func()) *chattest.Person {
		p := n.Enter(name, "go")
		v := &view{name: name, last: map[string]int{}}
		views = append(views, v)
		listening.Go(func() { listen(p, v, said) })
		return p
	}
	for i := range listeners {
		attend(fmt.Sprint("listener", i), func() {})
	}
	var speakers []*chattest.Person
	for i := range senders {
		sending.Add(1) // until all of its own have come back
		speakers = append(speakers, attend(fmt.Sprint("sender", i), sync.OnceFunc(sending.Done)))
	}
	for _, p := range speakers {
		sending.Go(func() {
			for m := 1; m <= each; m++ {
				p.Says(fmt.Sprintf(`{"event":"message","data":%d,"id":%d}`, m, m))
			}
		})
	}
	stop := make(chan struct{})
	for i := range churners {
		churning.Go(func() {
			for turn := 0; ; turn++ {
				select {
				case <-stop:
					return
				default:
				}
				n.comesAndGoes(fmt.Sprintf("churner%d-%d", i, turn), &failures)
			}
		})
	}
	sending.Wait()
	n.hub.Deliver([]Event{{Name: "end", Rooms: []string{"go"}}})
	close(stop)
	churning.Wait()
	listening.Wait()
	failures.Range(func(who, err any) bool {
		t.Errorf("%v: %v", who, err)
		return true
	})
	for _, v := range views {
		for i := range senders {
			if name := fmt.Sprint("sender", i); name != v.name {
				require.Equal(t, each, v.last[name], "%s: of %s", v.name, name)
			}
		}
	}
	n.settled(listeners + senders)
	require.Equal(t, 1, n.hub.Stats().Rooms)
	require.Zero(t, n.hub.Stats().Slow)
}

// comesAndGoes is one short life: it looks on in the room, joins others, says
// something there, reads what comes, and ends in one of several ways.
func (n *served) comesAndGoes(name string, failures *sync.Map) {
	ws, _, err := n.Connect("?room=go&name="+name, nil)
	if err != nil {
		failures.Store(name, err)
		return
	}
	defer ws.Close()
	_ = ws.SetReadDeadline(time.Now().Add(chattest.Patience))
	v := &view{name: name, last: map[string]int{}}
	for _, text := range []string{
		fmt.Sprintf(`{"event":"join","data":"room%d"}`, rand.IntN(3)),
		`{"event":"join","data":"elsewhere"}`,
		`{"event":"message","data":1,"room":"elsewhere"}`,
		`{"event":"leave","data":"go"}`,
		`{"event":"join","data":"go"}`,
		`{"event":"last","room":"elsewhere","id":1}`,
	} {
		_ = ws.WriteMessage(websocket.TextMessage, []byte(text))
	}
	for placed := false; !placed; {
		_, text, err := ws.ReadMessage()
		if err == nil {
			err = v.see(text)
		}
		if err != nil {
			failures.Store(name, err)
			return
		}
		placed = string(text) == `{"event":"$placed","id":1}`
	}
	switch rand.IntN(3) {
	case 0:
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(chattest.Patience))
	case 1:
		ws.NetConn().Close()
	case 2:
		_ = ws.WriteMessage(websocket.TextMessage, []byte{0xff})
	}
}
