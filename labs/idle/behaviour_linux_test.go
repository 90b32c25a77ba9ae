package idle

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// both runs a test at a node of each kind: whoever connects must not notice which it is.
func both(t *testing.T, o chat.Options, test func(t *testing.T, n *served)) {
	for kind, serve := range kinds {
		t.Run(kind, func(t *testing.T) { test(t, serve(t, o)) })
	}
}

// unlimited is for clients that send more than people do.
var unlimited = chat.Options{RatePerSecond: -1}

func TestPeopleTalkJoinAndLeave(t *testing.T) {
	both(t, chat.Options{}, func(t *testing.T, n *served) {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		_, present := alice.Presence()
		require.Contains(t, present.Present, "alice")
		alice.Says(`{"event":"message","data":"hi","id":1}`)
		bob.Hears(`"hi"`)
		alice.Does(`{"event":"join","data":"rust","id":2}`)
		bob.HearsNothing()
		alice.WS.Close()
		require.True(t, chattest.WaitFor(func() bool { return n.hub.Stats().Connections == 1 }))
	})
}

func TestFrameThatComesByteByByteIsOneMessage(t *testing.T) {
	both(t, chat.Options{}, func(t *testing.T, n *served) {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		for _, b := range masked(frame.OpText, `{"event":"message","data":"`+strings.Repeat("x", 200)+`"}`) {
			alice.Writes([]byte{b})
		}
		bob.Hears(`"` + strings.Repeat("x", 200) + `"`)
	})
}

func TestThousandMessagesInOneWriteArriveInOrder(t *testing.T) {
	both(t, unlimited, func(t *testing.T, n *served) {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		var wire []byte
		for range 1000 {
			wire = append(wire, masked(frame.OpText, `{"event":"message","data":1}`)...)
		}
		go func() { _, _ = alice.WS.NetConn().Write(wire) }()
		for range 1000 {
			bob.Hears(`1`)
		}
	})
}

func TestPingsAreAnsweredInTheMidstOfAMessage(t *testing.T) {
	both(t, chat.Options{}, func(t *testing.T, n *served) {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		pong := ""
		alice.WS.SetPongHandler(func(payload string) error { pong = payload; return nil })
		alice.Writes(masked(frame.OpText&^fin, `{"event":"message",`), masked(frame.OpPing, "are you there"), masked(fin, `"data":7}`))
		bob.Hears(`7`)
		alice.HearsNothing()
		require.Equal(t, "are you there", pong)
	})
}

func TestWhoBreaksARuleIsToldAndClosed(t *testing.T) {
	both(t, chat.Options{MaxMessageBytes: 1000, RatePerSecond: -1}, func(t *testing.T, n *served) {
		for name, test := range map[string]struct {
			frame []byte
			code  int
		}{
			"unmasked":               {[]byte{frame.OpText, 2, 'h', 'i'}, 1002},
			"two bytes of noise":     {[]byte{0xff, 0xff}, 1002},
			"a ping in parts":        {masked(frame.OpPing&^fin, ""), 1002},
			"the rest of nothing":    {masked(fin, "{}"), 1002},
			"a close with code 5000": {masked(frame.OpClose, "\x13\x88"), 1002},
			"a close with code 1013": {masked(frame.OpClose, "\x03\xf5"), 1013},
			"a close without a code": {masked(frame.OpClose, ""), 1005},
			"not UTF-8":              {masked(frame.OpText, "\xff"), 1007},
			"too large":              {masked(frame.OpText, strings.Repeat("x", 1001)), 1009},
			"2^63 bytes announced":   {append(binary.BigEndian.AppendUint64([]byte{frame.OpText, fin | 127}, 1<<63), 0, 0, 0, 0), 1009},
		} {
			t.Run(name, func(t *testing.T) {
				mallory := n.Enter("mallory", "go")
				mallory.T = t
				mallory.Writes(test.frame)
				require.Equal(t, test.code, mallory.Closed().Code)
			})
		}
		require.True(t, chattest.WaitFor(func() bool { return n.hub.Stats().Connections == 0 }))
	})
}

func TestWhoFloodsIsClosedWith1008(t *testing.T) {
	both(t, chat.Options{RatePerSecond: 1, RateBurst: 1}, func(t *testing.T, n *served) {
		mallory := n.Enter("mallory", "go")
		go func() {
			for err := error(nil); err == nil; {
				err = mallory.WS.WriteMessage(websocket.TextMessage, []byte(`{"event":"message"}`))
			}
		}()
		require.Equal(t, websocket.ClosePolicyViolation, mallory.Closed().Code)
		mallory.WS.Close()
	})
}

func TestSlowClientIsClosedWith1013AndDelaysNobody(t *testing.T) {
	both(t, chat.Options{MaxQueueBytes: 100_000, RatePerSecond: -1}, func(t *testing.T, n *served) {
		slow, bob := n.Enter("slow", "go"), n.Enter("bob", "go")
		text := `"` + strings.Repeat("x", 20_000) + `"`
		for n.hub.Stats().Slow == 0 {
			n.hub.Deliver([]chat.Event{{Name: "message", Rooms: []string{"go"}, Data: []byte(text)}})
			bob.Hears(text)
		}
		require.Equal(t, websocket.CloseTryAgainLater, slow.Closed().Code)
		bob.HearsNothing()
	})
}

func TestSlowClientThatReadsOnGetsAll(t *testing.T) {
	both(t, chat.Options{MaxQueueBytes: 64 << 20, RatePerSecond: -1}, func(t *testing.T, n *served) {
		slow := n.Enter("slow", "go")
		text := `"` + strings.Repeat("x", 100_000) + `"`
		const messages = 200 // 20 MB: more than a socket holds
		for range messages {
			n.hub.Deliver([]chat.Event{{Name: "message", Rooms: []string{"go"}, Data: []byte(text)}})
		}
		for range messages {
			slow.Hears(text)
		}
	})
}

func TestWhoAnswersNoPingIsGone(t *testing.T) {
	both(t, chat.Options{PingInterval: 100 * time.Millisecond, PongTimeout: 2 * time.Second}, func(t *testing.T, n *served) {
		n.Enter("mute", "go") // nobody reads for it, so nobody answers
		require.True(t, chattest.WaitFor(func() bool { return n.hub.Stats().Connections == 0 }))
	})
}

func TestNodeThatLeavesSaysSo(t *testing.T) {
	both(t, chat.Options{}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		gone := make(chan struct{})
		go func() { defer close(gone); n.hub.Drain(t.Context(), chattest.Patience) }()
		require.Equal(t, websocket.CloseGoingAway, alice.Closed().Code)
		<-gone
	})
}

func TestFrameThatComesWithTheRequestIsRead(t *testing.T) {
	both(t, chat.Options{}, func(t *testing.T, n *served) {
		bob := n.Enter("bob", "go")
		conn, err := n.Dial(t.Context(), "tcp", n.Addr)
		require.NoError(t, err)
		defer conn.Close()
		request := strings.Replace(strings.Replace(chattest.Handshake, "%s", "?name=alice&room=go", 1), "%s", n.Addr, 1)
		_, err = conn.Write(append([]byte(request), masked(frame.OpText, `{"event":"message","data":"at once"}`)...))
		require.NoError(t, err)
		bob.Hears(`"at once"`)
	})
}

const fin = 0x80

// masked is a whole frame of a client. Its mask is zeros.
func masked(op byte, payload string) []byte {
	head := []byte{op, fin | byte(len(payload))}
	if len(payload) > 125 {
		head = binary.BigEndian.AppendUint16([]byte{op, fin | 126}, uint16(len(payload)))
	}
	return append(append(head, 0, 0, 0, 0), payload...)
}
