package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// forTimes admits by tokens such as "alice.10m": a name, and for how long.
func forTimes(token string) (Permit, error) {
	name, life, _ := strings.Cut(token, ".")
	d, err := time.ParseDuration(life)
	if err != nil {
		return Permit{}, errors.New("this is no token")
	}
	return Permit{name, []string{"lobby", "go"}, time.Now().Add(d)}, nil
}

// told is a frame, and when it came.
type told struct {
	at    time.Duration
	event string
	text  string
}

// listen collects all that comes but presence, until the connection ends, and then its close frame.
func listen(p *chattest.Person) <-chan told {
	all, began := make(chan told, 100), time.Now()
	_ = p.WS.SetReadDeadline(time.Time{})
	go func() {
		defer close(all)
		for {
			_, payload, err := p.WS.ReadMessage() // answers pings
			if err != nil {
				all <- told{time.Since(began), "end", err.Error()}
				return
			}
			var f frame.Frame
			if json.Unmarshal(payload, &f) == nil && f.Event != "$presence" {
				all <- told{time.Since(began), f.Event, string(f.Data)}
			}
		}
	}()
	return all
}

func TestClientIsToldBeforeItsTokenExpiresAndThenClosed(t *testing.T) {
	for life, lead := range map[time.Duration]time.Duration{
		// Not at the moment of a ping, whose answer is read after the close frame.
		24*time.Hour - time.Second: time.Minute, 61 * time.Minute: time.Minute, 4 * time.Minute: 24 * time.Second, 10 * time.Second: time.Second,
	} {
		t.Run(fmt.Sprint(life), func(t *testing.T) {
			bubble(t, Options{Admit: forTimes}, func(t *testing.T, n *served) {
				alice, _ := n.with("?token=alice."+life.String(), nil)
				heard := listen(alice)
				require.Equal(t, "$welcome", (<-heard).event)
				seconds := int(lead.Seconds())
				require.Equal(t, told{life - lead, "$expiring",
					fmt.Sprintf(`{"seconds":%d,"text":"your token expires in %[1]d s: bring a new one, or you are closed"}`, seconds)}, <-heard)
				require.Equal(t, told{life, "end", "websocket: close 1008 (policy violation): your token has expired; connect again with a new one"}, <-heard)
				synctest.Wait()
				require.Zero(t, n.hub.Stats().Connections)
				require.EqualValues(t, 1, n.hub.Stats().Expired)
			})
		})
	}
}

// The timer may be late on a busy machine. A page that has not been told would come back with the same token.
func TestClientIsToldAlsoWhenItsTokenHasExpiredAlready(t *testing.T) {
	bubble(t, Options{Admit: forTimes}, func(t *testing.T, n *served) {
		alice, _ := n.with("?token=alice.0s", nil)
		heard := listen(alice)
		require.Equal(t, "$welcome", (<-heard).event)
		require.Equal(t, told{0, "$expiring", `{"seconds":0,"text":"your token expires in 0 s: bring a new one, or you are closed"}`}, <-heard)
		require.Contains(t, (<-heard).text, "your token has expired")
	})
}

func TestNewTokenOverTheOpenConnectionMovesItsEnd(t *testing.T) {
	bubble(t, Options{Admit: forTimes}, func(t *testing.T, n *served) {
		alice, _ := n.with("?token=alice.10m", nil)
		heard := listen(alice)
		require.Equal(t, "$welcome", (<-heard).event)
		require.Equal(t, "$expiring", (<-heard).event)
		alice.Says(`{"event":"$token","data":"alice.20m","id":7}`)
		require.Equal(t, told{9 * time.Minute, "$ack", ""}, <-heard)
		alice.Says(`{"event":"$token","data":"alice.1h","id":8}`) // before the second one warns
		require.Equal(t, "$ack", (<-heard).event)
		require.Equal(t, told{68 * time.Minute, "$expiring", `{"seconds":60,"text":"your token expires in 60 s: bring a new one, or you are closed"}`}, <-heard)
		require.Equal(t, 69*time.Minute, (<-heard).at)
		require.EqualValues(t, 2, n.hub.Stats().Renewed)
		require.Zero(t, n.hub.Stats().NotRenewed)
	})
}

func TestNewTokenThatDoesNotFitLeavesTheOldOneAsItIs(t *testing.T) {
	admit := func(token string) (Permit, error) {
		if rooms, ok := strings.CutPrefix(token, "in "); ok {
			return Permit{"alice", []string{rooms}, time.Now().Add(61 * time.Minute)}, nil // not at the moment of a ping
		}
		return forTimes(token)
	}
	bubble(t, Options{Admit: admit}, func(t *testing.T, n *served) {
		alice, _ := n.with("?token=alice.10m", nil)
		heard := listen(alice)
		require.Equal(t, "$welcome", (<-heard).event)
		alice.Says(`{"event":"join","data":"go","id":1}`)
		require.Equal(t, "$ack", (<-heard).event)
		for data, says := range map[string]string{
			`"forged"`:   `{"code":"forbidden","text":"this is no token"}`,
			`"bob.1h"`:   `{"code":"forbidden","text":"the new token is for the name \"bob\", and you are \"alice\" here: connect again with it"}`,
			`"in lobby"`: `{"code":"forbidden","text":"the new token is not for room \"go\", which you are in: leave that room first"}`,
			`7`:          `{"code":"bad_frame","text":"$token needs a token, as in {\"event\":\"$token\",\"data\":\"…\"}"}`,
			`""`:         `{"code":"bad_frame","text":"$token needs a token, as in {\"event\":\"$token\",\"data\":\"…\"}"}`,
		} {
			alice.Says(`{"event":"$token","data":` + data + `,"id":2}`)
			f := <-heard
			require.Equal(t, "$error", f.event, data)
			require.JSONEq(t, says, f.text)
		}
		alice.Says(`{"event":"leave","data":"go","id":3}`)
		require.Equal(t, "$ack", (<-heard).event)
		alice.Says(`{"event":"$token","data":"in lobby","id":4}`)
		require.Equal(t, "$ack", (<-heard).event)
		require.EqualValues(t, 1, n.hub.Stats().Renewed)
		require.EqualValues(t, 5, n.hub.Stats().NotRenewed)
		alice.Says(`{"event":"join","data":"go","id":5}`)
		require.Contains(t, (<-heard).text, "your token does not let you into room", "the new one counts")
		require.Equal(t, "$expiring", (<-heard).event)
		require.Equal(t, 61*time.Minute, (<-heard).at)
	})
}

func TestWhereNobodyNeedsATokenTheFrameIsReserved(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	alice.Says(`{"event":"$token","data":"x","id":1}`)
	require.Contains(t, string(alice.Next().Data), "reserved_event")
}

// What waits for the end of a token is a timer.
func TestTokenCostsNoGoroutine(t *testing.T) {
	const connections = 100
	n := serve(t, Options{Admit: forTimes, RatePerSecond: -1})
	before := runtime.NumGoroutine()
	for range connections {
		n.listener("?token=alice.1h")
	}
	idle := func() bool { return runtime.NumGoroutine() <= before+connections }
	require.True(t, chattest.WaitFor(idle), "%d goroutines for %d connections", runtime.NumGoroutine()-before, connections)
}
