package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// shelf is the smallest Keeper: all is in memory, and places are numbers.
type shelf struct {
	hub   *Hub
	gone  int64             // of all that was asked for
	heard map[string]uint64 // see Kept, by the place of somebody
	past  Lost              // see Kept
	asks  func()            // is called when somebody asks for a part
	fail  error

	mu   sync.Mutex // also held while it delivers: one order
	kept []Event
	keys map[string]bool
}

func (s *shelf) Publish(e Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Repeat = e.Again && s.keys[e.Key]; e.Repeat {
		e.Place = strconv.Itoa(len(s.kept))
		s.hub.Deliver([]Event{e})
		return nil
	}
	put(&s.keys, e.Key, true)
	e.Place = strconv.Itoa(len(s.kept) + 1)
	kept := e
	kept.Sent = nil
	s.kept = append(s.kept, kept)
	e.Sent.Accepted()
	s.hub.Deliver([]Event{e})
	return nil
}

func (s *shelf) CheckPlace(place string) error {
	if _, err := strconv.Atoi(place); err != nil {
		return errors.New("a place is a number")
	}
	return nil
}

// Since returns two events at once, so that some clients need several parts.
func (s *shelf) Since(_ context.Context, place, last string) (Kept, error) {
	if s.asks != nil {
		s.asks()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := strconv.Atoi(place)
	to, err := strconv.Atoi(last)
	if err != nil {
		to = len(s.kept)
	}
	end := min(from+2, to)
	gone := s.gone
	s.gone = 0
	return Kept{Events: s.kept[from:end], End: strconv.Itoa(end), More: end < to, Gone: gone, Heard: s.heard[place], Lost: s.past}, s.fail
}

func (s *shelf) Before(_ context.Context, room string, messages int) (string, error) {
	return strconv.Itoa(max(0, len(s.kept)-messages)), nil
}

func (s *shelf) Once() time.Duration { return 2 * time.Minute }

func serveShelf(t *testing.T) (*served, *shelf) {
	s := &shelf{}
	n := serve(t, Options{Relay: s, RatePerSecond: -1})
	s.hub = n.hub
	n.hub.Begin("0")
	return n, s
}

// back connects somebody with a query of his own, and reads "$welcome".
func back(n *served, query string) *chattest.Person {
	n.T.Helper()
	ws, resp, err := n.Connect("?name=bob&room=go"+query, nil)
	require.NoError(n.T, err, "%v", resp)
	n.T.Cleanup(func() { ws.Close() })
	p := &chattest.Person{T: n.T, WS: ws}
	f := p.Any()
	require.Equal(n.T, "$welcome", f.Event)
	require.NoError(n.T, json.Unmarshal(f.Data, &p.Welcome))
	return p
}

func say(p *chattest.Person, texts ...int) {
	p.T.Helper()
	for _, text := range texts {
		p.Does(`{"event":"message","data":%d,"id":1}`, text)
		require.Equal(p.T, "$placed", p.Next().Event)
	}
}

func caughtUp(p *chattest.Person) (told frame.CaughtUp) {
	p.T.Helper()
	f := p.Next()
	require.Equal(p.T, frame.EventCaughtUp, f.Event)
	require.NoError(p.T, json.Unmarshal(f.Data, &told))
	return told
}

func TestWhoComesBackGetsWhatIsKeptBeforeWhatIsNew(t *testing.T) {
	n, _ := serveShelf(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	require.Equal(t, "0", bob.Place)
	say(alice, 1)
	bob.Hears("1")
	require.NoError(t, bob.WS.Close())
	say(n.Enter("carol", "elsewhere"), 99)
	say(alice, 2, 3, 4, 5, 6)
	again := back(n, "&after=1&was="+bob.ID)
	require.Equal(t, "1", again.Place, "until it has more")
	again.Hears("2", "3", "4", "5", "6")
	require.Equal(t, 5, caughtUp(again).Messages)
	say(alice, 7)
	again.Hears("7")
}

// The seam: what is delivered while a client catches up comes once, wherever it falls. Of three parts, the last
// is asked for when it has its seat.
func TestWhatIsSaidWhileSomebodyCatchesUpComesOnce(t *testing.T) {
	for part := range int64(3) {
		t.Run(fmt.Sprint("at part ", part+1), func(t *testing.T) {
			n, s := serveShelf(t)
			alice := n.Enter("alice", "go")
			say(alice, 1, 2, 3, 4)
			var asked atomic.Int64
			s.asks = func() {
				if asked.Add(1) == part+1 {
					say(alice, 5, 6, 7)
				}
			}
			bob := back(n, "&after=0")
			for heard := 0; heard < 7; {
				f := bob.Next()
				if f.Event != frame.EventCaughtUp {
					heard++
					require.Equal(t, strconv.Itoa(heard), string(f.Data))
				}
			}
			require.GreaterOrEqual(t, asked.Load(), part+1)
		})
	}
}

// Nothing waits for it that could pass a limit: what it has missed is read as fast as it reads.
func TestWhoDoesNotReadWhatItMissedIsTooSlow(t *testing.T) {
	s := &shelf{}
	n := serve(t, Options{Relay: s, RatePerSecond: -1, WriteTimeout: 50 * time.Millisecond})
	s.hub = n.hub
	n.hub.Begin("0")
	alice := n.Enter("alice", "go")
	long := json.RawMessage(strconv.Quote(strings.Repeat("0", 1<<20)))
	for i := range 40 { // more than both sockets hold
		s.kept = append(s.kept, Event{Place: strconv.Itoa(i + 1), Rooms: []string{"go"}, Name: "message", Data: long})
	}
	stuck := back(n, "&after=0")
	require.Eventually(t, func() bool { return n.hub.Stats().Slow == 1 }, chattest.Patience, time.Millisecond)
	for {
		if _, _, err := stuck.WS.ReadMessage(); err != nil {
			break // the frame that was half written, and then the end
		}
	}
	say(alice, 1)
}

func TestOwnMessagesAreNotMissed(t *testing.T) {
	n, _ := serveShelf(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	say(bob, 1)
	alice.Hears("1")
	say(alice, 2)
	again := back(n, "&after=0&was=other,"+bob.ID)
	again.Hears("2")
	require.Equal(t, 1, caughtUp(again).Messages)
}

func TestNewcomerAsksForTheLastMessages(t *testing.T) {
	n, s := serveShelf(t)
	s.gone = 7 // nobody has missed what was said before he came
	say(n.Enter("alice", "go"), 1, 2, 3)
	bob := back(n, "&history=2")
	bob.Hears("2", "3")
	told := caughtUp(bob)
	require.Equal(t, 2, told.Messages)
	require.Zero(t, *told.Gone)
}

func TestWhatIsGoneIsTold(t *testing.T) {
	for kept, want := range map[int64]string{7: "7", -1: "null"} {
		n, s := serveShelf(t)
		s.gone = kept
		say(n.Enter("alice", "go"), 1)
		bob := back(n, "&after=0")
		bob.Hears("1")
		gone, err := json.Marshal(caughtUp(bob).Gone)
		require.NoError(t, err)
		require.Equal(t, want, string(gone))
	}
}

func TestBytesHaveTheirPlaceAheadOfThem(t *testing.T) {
	n, _ := serveShelf(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	require.NoError(t, alice.WS.WriteMessage(2, []byte{1, 2}))
	require.Equal(t, frame.Frame{Event: "$place", Place: "1"}, bob.Next())
	kind, payload := bob.Read()
	require.Equal(t, 2, kind)
	require.Equal(t, []byte{1, 2}, payload)
}

func TestWhoCannotCatchUpIsToldToComeBack(t *testing.T) {
	n, s := serveShelf(t)
	s.fail = errors.New("the shelf is locked")
	bob := back(n, "&after=0")
	closed := bob.Closed()
	require.Equal(t, int(frame.CloseNotKept.Code), closed.Code)
	require.Equal(t, frame.CloseNotKept.Text, closed.Text)
}

func TestPlaceThatIsNoneIsRefused(t *testing.T) {
	n, _ := serveShelf(t)
	for _, query := range []string{"?after=x", "?history=x", "?history=-1"} {
		_, resp, err := n.Connect(query, nil)
		require.Error(t, err)
		require.Equal(t, http.StatusBadRequest, resp.StatusCode, query)
	}
}

// Where nothing is kept, nobody looks at what the URL says of it.
func TestNodeThatKeepsNothingTakesNoNotice(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	bob := back(n, "&after=x&history=x")
	require.Empty(t, bob.Place)
	alice.Does(`{"event":"message","data":1,"id":1}`)
	require.Empty(t, alice.Next().Place)
	bob.Hears("1")
}
