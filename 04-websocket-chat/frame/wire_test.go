package frame

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLengthTakesTheShortestForm(t *testing.T) {
	long := make([]byte, 1<<16)
	for _, test := range []struct {
		size int
		head []byte
	}{
		{0, []byte{OpText, 0}},
		{125, []byte{OpText, 125}},
		{126, []byte{OpText, 126, 0, 126}},
		{1<<16 - 1, []byte{OpText, 126, 0xff, 0xff}},
		{1 << 16, binary.BigEndian.AppendUint64([]byte{OpText, 127}, 1<<16)},
	} {
		frame := Append([]byte("before"), OpText, long[:test.size])
		require.Equal(t, "before"+string(test.head), string(frame[:6+len(test.head)]), test.size)
		require.Len(t, frame, 6+len(test.head)+test.size)
	}
}

func TestNodesFrameIsJSONInAFrame(t *testing.T) {
	id := int64(7)
	for want, frame := range map[string][]byte{
		`{"event":"$pong"}`:       Encode(EventPong, "", nil, nil),
		`{"event":"$ack","id":7}`: Encode(EventAck, "", nil, &id),
		`{"event":"$presence","room":"q\"本","data":{"count":1,"present":["alice"]}}`: Encode(EventPresence, `q"本`, Presence{Count: 1, Present: []string{"alice"}}, nil),
		`{"event":"$presence","room":"go","data":{"count":0,"joined":[],"left":[]}}`: Encode(EventPresence, "go", Presence{}, nil),
	} {
		require.Equal(t, string(Append(nil, OpText, []byte(want))), string(frame))
	}
}

func TestCloseFrameHoldsCodeAndText(t *testing.T) {
	require.Equal(t, "\x88\x04\x03\xe8hi", string(CloseReason{1000, "hi"}.Frame()))
	require.Equal(t, "\x88\x00", string(CloseReason{}.Frame()), "an empty one is answered by an empty one")
}
