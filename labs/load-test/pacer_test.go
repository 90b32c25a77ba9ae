package loadtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// broken is a socket that takes nothing.
type broken struct{ writes *int }

func (b broken) write([]byte) error { *b.writes++; return errors.New("nobody reads") }
func (broken) close()               {}

// A sender that waited for a dead connection again and again would never end.
func TestSenderThatBrokeIsCountedAndNotTriedAgain(t *testing.T) {
	writes := 0
	e := &engine{recorder: newRecorder()}
	r := &room{name: "r", members: 2}
	c := &client{protocol: Chat{}, room: r, socket: broken{&writes}}
	crowd := &crowd{senders: []*client{c}, engines: []*engine{e}}
	sent, _ := crowd.send(t.Context(), Load{Rate: 1000, Warmup: 1, Length: 20 * time.Millisecond, Size: 64}.schedule(now()))
	require.Equal(t, 1, writes)
	require.EqualValues(t, 20, sent[0], "what should have been sent is expected all the same")
	require.EqualValues(t, 1, e.recorder.counts.Closed)
}

func TestSendingEndsWithItsContext(t *testing.T) {
	writes := 0
	c := &client{protocol: Chat{}, room: &room{}, socket: broken{&writes}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	(&crowd{senders: []*client{c}, engines: []*engine{{recorder: newRecorder()}}}).send(ctx, Load{Rate: 1, Length: time.Hour}.schedule(now()))
	require.Zero(t, writes)
}

// hesitant is a socket whose first write takes 50 ms; it keeps the stamps.
type hesitant struct{ stamps []stamp }

func (h *hesitant) write(frame []byte) error {
	if len(h.stamps) == 0 {
		<-time.After(50 * time.Millisecond)
	}
	head := 2
	if frame[1]&0x7f == 126 {
		head = 4
	}
	payload := append([]byte(nil), frame[head+4:]...)
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
	s, _ := findStamp(payload)
	h.stamps = append(h.stamps, s)
	return nil
}
func (*hesitant) close() {}

// A server that takes nothing for a while holds its sender up. Messages that
// leave late because of that still carry the time at which they were due:
// without it nobody would see the delay.
func TestMessagesSayWhenTheyWereToBeSent(t *testing.T) {
	h := &hesitant{}
	c := &client{protocol: Chat{}, room: &room{}, socket: h}
	s := Load{Rate: 1000, Warmup: 1, Length: 20 * time.Millisecond, Size: 64}.schedule(now())
	(&crowd{senders: []*client{c}}).send(t.Context(), s)
	require.Len(t, h.stamps, 21)
	for i, got := range h.stamps {
		require.Equal(t, stamp{seq: uint32(i) + 1, at: s.at(int64(i))}, got)
	}
}
