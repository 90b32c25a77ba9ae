package chat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// Frames that no library sends: written byte by byte.

const (
	fin    = 0x80 // in a header's first byte; in the second: there is a mask
	opCont = 0x0
)

var maskKey = []byte{0x12, 0x34, 0x56, 0x78}

// announces is the header of a client's frame: op with its bits, a length in
// the longest form, and the mask.
func announces(op byte, length uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{op, fin | 127}, length), maskKey...)
}

// masked is a whole frame of a client, its length in the shortest form.
func masked(op byte, payload string) []byte {
	frame := announces(op, uint64(len(payload)))
	switch {
	case len(payload) < 126:
		frame = append([]byte{op, fin | byte(len(payload))}, maskKey...)
	case len(payload) < 1<<16:
		frame = append(binary.BigEndian.AppendUint16([]byte{op, fin | 126}, uint16(len(payload))), maskKey...)
	}
	for i := range len(payload) {
		frame = append(frame, payload[i]^maskKey[i%4])
	}
	return frame
}

func closes(code uint16, reason string) []byte {
	return masked(frame.OpClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

func TestBrokenFramesEndTheirConnectionAndNoOther(t *testing.T) {
	const most = 4000
	const hi = `{"event":"message","data":"hi"}`
	long := strings.Repeat("x", most)
	fragments := [][]byte{masked(frame.OpText&^fin, long[:1000])}
	for range 4 {
		fragments = append(fragments, masked(opCont, long[:1000]))
	}
	n := serve(t, Options{MaxMessageBytes: most, RatePerSecond: -1})
	crowd := n.Gather(2*time.Millisecond, serve(t, unlimited).Node)
	for name, test := range map[string]struct {
		frames [][]byte
		code   int
		why    string // part of the reason
	}{
		"unmasked":                     {[][]byte{{frame.OpText, 2, 'h', 'i'}}, 1002, "MASK"},
		"reserved bit 1":               {[][]byte{masked(frame.OpText|0x40, hi)}, 1002, "RSV1"}, // compressed, as nobody has agreed to
		"reserved bit 2":               {[][]byte{masked(frame.OpText|0x20, hi)}, 1002, "RSV2"},
		"reserved bit 3":               {[][]byte{masked(frame.OpText|0x10, hi)}, 1002, "RSV3"},
		"reserved bit of a ping":       {[][]byte{masked(frame.OpPing|0x40, "")}, 1002, "RSV1"},
		"unknown opcode 3":             {[][]byte{masked(fin|3, hi)}, 1002, "opcode 3"},
		"unknown control opcode 11":    {[][]byte{masked(fin|0xB, "")}, 1002, "opcode 11"},
		"a control frame of 126 bytes": {[][]byte{masked(frame.OpPing, long[:126])}, 1002, "125"},
		"a close of 126 bytes":         {[][]byte{closes(1000, long[:124])}, 1002, "125"},
		"a ping of 2^63 bytes":         {[][]byte{announces(frame.OpPing, 1<<63)}, 1002, "125"},
		"a control frame in parts":     {[][]byte{masked(frame.OpPing&^fin, "")}, 1002, "FIN"},
		"the rest of nothing":          {[][]byte{masked(fin|opCont, hi)}, 1002, "continuation"},
		"a message within a message":   {[][]byte{masked(frame.OpText&^fin, `{"event":`), masked(frame.OpText, hi)}, 1002, "FIN"},
		"nothing but noise":            {[][]byte{bytes.Repeat([]byte{0xff}, 100)}, 1002, "opcode 15"},
		"HTTP once more":               {[][]byte{[]byte("GET / HTTP/1.1\r\n\r\n")}, 1002, "opcode 7"},

		"not UTF-8":             {[][]byte{masked(frame.OpText, "{\"event\":\"message\",\"data\":\"\xff\"}")}, 1007, "UTF-8"},
		"half a surrogate pair": {[][]byte{masked(frame.OpText, "{\"event\":\"message\",\"data\":\"\xed\xa0\x80\"}")}, 1007, "UTF-8"},
		"a slash of two bytes":  {[][]byte{masked(frame.OpText, "{\"event\":\"message\",\"data\":\"\xc0\xaf\"}")}, 1007, "UTF-8"},
		"half a character":      {[][]byte{masked(frame.OpText&^fin, "{\"event\":\"\xe6"), masked(fin|opCont, "\x9c\"}")}, 1007, "UTF-8"},
		"not UTF-8, nor JSON":   {[][]byte{masked(frame.OpText, "\x00\x80")}, 1007, "UTF-8"},

		"1 byte over the limit":  {[][]byte{masked(frame.OpText, long+"x")}, 1009, "larger"},
		"in binary, too":         {[][]byte{masked(frame.OpBinary, long+"x")}, 1009, "larger"},
		"2^63 bytes announced":   {[][]byte{announces(frame.OpText, 1<<63)}, 1009, "larger"},
		"2^64-1 bytes announced": {[][]byte{announces(frame.OpBinary, 1<<64-1)}, 1009, "larger"},
		"2^63-1 bytes announced": {[][]byte{announces(frame.OpText, 1<<63-1), []byte(long + "x")}, 1009, "larger"},
		"2^63-1 after a first":   {[][]byte{masked(frame.OpText&^fin, "{"), announces(opCont, 1<<63-1)}, 1009, "larger"},
		"fragments without end":  {fragments, 1009, "larger"},

		"a close with code 0":          {[][]byte{closes(0, "")}, 1002, "close code 0"},
		"a close with code 999":        {[][]byte{closes(999, "")}, 1002, "close code 999"},
		"a close with code 1004":       {[][]byte{closes(1004, "")}, 1002, "close code 1004"}, // reserved
		"a close with code 1005":       {[][]byte{closes(1005, "")}, 1002, "close code 1005"}, // only ever said of one
		"a close with code 1006":       {[][]byte{closes(1006, "")}, 1002, "close code 1006"},
		"a close with code 1015":       {[][]byte{closes(1015, "")}, 1002, "close code 1015"},
		"a close with code 2999":       {[][]byte{closes(2999, "")}, 1002, "close code 2999"},
		"a close with code 5000":       {[][]byte{closes(5000, "")}, 1002, "close code 5000"},
		"a close with code 65535":      {[][]byte{closes(65535, "")}, 1002, "close code 65535"},
		"a close whose words are none": {[][]byte{closes(1000, "\xff")}, 1002, "utf8"},

		"a close with half a code":  {[][]byte{masked(frame.OpClose, "\x03")}, 1005, ""}, // answered as one without
		"a close, and a text after": {[][]byte{closes(4321, "bye"), masked(frame.OpText, hi)}, 4321, ""},
		"a close within a message":  {[][]byte{masked(frame.OpText&^fin, hi[:9]), closes(1001, "bye")}, 1001, ""},
	} {
		t.Run(name, func(t *testing.T) {
			mallory := n.Enter("mallory", "go")
			mallory.T = t
			mallory.Writes(test.frames...)
			closed := mallory.Closed()
			require.Equal(t, test.code, closed.Code, closed.Text)
			require.Contains(t, closed.Text, test.why)
			mallory.WS.Close()
		})
	}
	n.settled(chattest.CrowdSize)
	require.Empty(t, crowd.Leave(), "nothing of it was taken for a message")
	require.Zero(t, n.hub.Stats().Slow)
}

func TestPingBetweenFragmentsIsAnswered(t *testing.T) {
	n := serve(t, unlimited)
	mallory, bob := n.Enter("mallory", "go"), n.Enter("bob", "go")
	var pong string
	mallory.WS.SetPongHandler(func(payload string) error { pong = payload; return nil })
	mallory.Writes(masked(frame.OpText&^fin, `{"event":"message",`), masked(frame.OpPing, "between"), masked(opCont, ""), masked(fin|opCont, `"data":1}`))
	bob.Hears("1")
	mallory.HearsNothing()
	require.Equal(t, "between", pong)
}

// A message may be in parts, and there may be pings between them; it must be
// whole in the time after which a silent client is gone, all the same.
func TestMessageThatNeverEndsIsClosedWith1008(t *testing.T) {
	for name, test := range map[string]struct{ begin, goOn []byte }{
		"parts of nothing":            {masked(frame.OpText&^fin, ""), append(masked(opCont, ""), masked(frame.OpPing, "alive")...)},
		"parts of one byte":           {masked(frame.OpText&^fin, "{"), append(masked(opCont, " "), masked(frame.OpPong, "")...)},
		"one frame, byte by byte":     {announces(frame.OpText, 1000), []byte("x")},
		"100 MB announced, and quiet": {announces(frame.OpBinary, 100<<20), nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{PongTimeout: time.Minute}, func(t *testing.T, n *served) {
				mallory, alice := n.Enter("mallory", "go"), n.Enter("alice", "go")
				watched(alice) // answers pings, and may stay
				ended := make(chan error, 1)
				_ = mallory.WS.SetReadDeadline(time.Time{})
				go func() {
					for {
						if _, _, err := mallory.WS.ReadMessage(); err != nil {
							ended <- err
							return
						}
					}
				}()
				began := time.Now()
				mallory.Writes(test.begin)
				for len(ended) == 0 && time.Since(began) < time.Hour {
					time.Sleep(10 * time.Second)
					_ = mallory.WS.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
					_, _ = mallory.WS.NetConn().Write(test.goOn) // an error: closed meanwhile
				}
				require.Equal(t, &websocket.CloseError{Code: 1008, Text: frame.CloseUnfinished.Text}, <-ended)
				require.LessOrEqual(t, time.Since(began), 80*time.Second)
				settle()
				require.Equal(t, 1, n.hub.Stats().Connections)
				alice.WS.Close()
			})
		})
	}
}

// allocated is what all of the process allocates while something happens.
func allocated(happens func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	happens()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func TestMemoryFollowsTheLimitAndNotWhatAClientAnnouncesOrSends(t *testing.T) {
	const clients, each = 3, 4 << 20
	costs := func(o Options, announced uint64) int {
		n := serve(t, o)
		var mallories []*chattest.Person
		for i := range clients {
			mallories = append(mallories, n.Enter("mallory", fmt.Sprint("room", i)))
		}
		n.quiet()
		frame := append(announces(frame.OpText, announced), make([]byte, each)...)
		return allocated(func() {
			for _, mallory := range mallories {
				_, err := mallory.WS.NetConn().Write(frame)
				require.NoError(t, err)
				mallory.Writes(closes(1000, "")) // the end, where the frame has ended by now
			}
			for _, mallory := range mallories {
				mallory.Closed()
				mallory.WS.Close()
			}
			n.settled(0)
		})
	}
	limited, without := Options{RatePerSecond: -1}, Options{MaxMessageBytes: 8 << 20, MaxQueueBytes: 32 << 20, RatePerSecond: -1}
	for _, announced := range []uint64{each, 100 << 20, 1 << 62} {
		require.Less(t, costs(limited, announced), clients<<20, "%d announced, 64 KiB allowed", announced)
	}
	require.Greater(t, costs(without, each), clients*each, "without the limit it is what they send")
}
