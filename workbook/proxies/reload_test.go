package proxies

import (
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
)

func closeCode(err error) int {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		return closed.Code
	}
	return 0
}

// talking is a visitor that says a number whenever it hears one, so that there is always something under way.
type talking struct {
	heard chan int // each number
	ended chan int // the code at its end

	refused chan string // why one was not taken
}

func (v *visitor) talks() talking {
	c := talking{make(chan int, 1<<20), make(chan int, 1), make(chan string, 1)}
	go func() {
		n := 0
		for {
			if err := v.WriteJSON(map[string]any{"event": "message", "id": n}); err != nil {
				c.ended <- closeCode(err)
				return
			}
			for {
				_ = v.SetReadDeadline(time.Now().Add(patience))
				var f frame.Frame
				if err := v.ReadJSON(&f); err != nil {
					c.ended <- closeCode(err)
					return
				}
				if f.Event == "$error" {
					c.refused <- string(f.Data)
					return
				}
				if f.Event == "$ack" { // "$placed" need not come, where the master answers later than its replica brings the message
					break
				}
			}
			c.heard <- n
			n++
		}
	}()
	return c
}

// more waits until so many more numbers have come.
func (c talking) more(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-c.heard:
		case code := <-c.ended:
			require.Fail(t, "closed", "with %d", code)
		case why := <-c.refused:
			require.Fail(t, "refused", why)
		}
	}
}

// A certificate is renewed every two months, and for that the proxy reads its files anew, while people talk.
func TestProxyReadsItsFileAnewUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t, "RATE_PER_SECOND=0")
		p := k.before(t, both...)
		var clients []talking
		for range 4 {
			clients = append(clients, p.enter(t, "talker").talks())
		}
		for _, c := range clients {
			c.more(t, 10)
		}
		if k.name == "caddy" { // closes every socket, in the middle of a frame if need be; pages come back by themselves
			k.reload(t, p)
			for _, c := range clients {
				require.Contains(t, []int{1001, 1002}, <-c.ended)
			}
		} else {
			looks := 0
			require.Eventually(t, func() bool {
				if looks++; looks%500 == 1 { // again after some seconds: a master that has just begun can miss a signal
					k.reload(t, p)
				}
				return k.reloaded(p)
			}, patience, tick)
			for _, c := range clients {
				c.more(t, 50)
			}
		}
		require.Eventually(t, p.answers, patience, tick)
		p.enter(t, "newcomer").talks().more(t, 10)
	})
}
