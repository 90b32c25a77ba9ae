package loadtest

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStampSurvivesWhateverIsAroundIt(t *testing.T) {
	want := stamp{sender: 0xfedc, seq: 4_000_000_000, at: 1<<62 + 12345}
	data := want.appendTo(nil, 128)
	require.Len(t, data, 128)
	require.Len(t, want.appendTo(nil, 0), stampBytes, "never shorter than its marks")
	line := `{"event":"message","data":"` + string(data) + `","room":"@L"}`
	got, ok := findStamp([]byte(line))
	require.True(t, ok)
	require.Equal(t, want, got)
	_, ok = findStamp(data[:stampBytes-1])
	require.False(t, ok)
}

func TestFramesComeApartWhereverTheyAreCut(t *testing.T) {
	var stream []byte
	payloads := []string{"", "short", strings.Repeat("m", 126), strings.Repeat("l", 70_000)}
	for _, p := range payloads {
		masked := appendFrame(nil, opText, []byte(p))
		require.NotContains(t, string(masked), "mmmm", "a client's frame is masked")
		stream = append(stream, unmasked(p)...)
	}
	for _, step := range []int{1, 3, 1000, len(stream)} {
		var got []string
		var held []byte
		for begin := 0; begin < len(stream); begin += step {
			held = append(held, stream[begin:min(begin+step, len(stream))]...)
			for {
				op, payload, rest, ok := nextFrame(held)
				if !ok {
					break
				}
				require.EqualValues(t, opText, op)
				got, held = append(got, string(payload)), rest
			}
		}
		require.Equal(t, payloads, got, "in steps of %d bytes", step)
	}
}

// unmasked is a server's frame.
func unmasked(payload string) []byte {
	f := appendFrame(nil, opText, []byte(payload))
	head := len(f) - len(payload) - 4
	f[1] &= 0x7f
	return append(f[:head], payload...)
}

func TestTrackerTellsWhatArrived(t *testing.T) {
	for name, c := range map[string]struct {
		seqs     []uint32
		verdicts []verdict
		missing  int
	}{
		"in order":                          {[]uint32{1, 2, 3}, []verdict{fresh, fresh, fresh}, 0},
		"a gap":                             {[]uint32{1, 4}, []verdict{fresh, fresh}, 2},
		"a swap":                            {[]uint32{2, 1, 3}, []verdict{fresh, outOfOrder, fresh}, 0},
		"a double":                          {[]uint32{1, 1, 2, 1}, []verdict{fresh, repeated, fresh, repeated}, 0},
		"a swap whose late one comes twice": {[]uint32{2, 1, 1}, []verdict{fresh, outOfOrder, repeated}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var tr tracker
			for i, seq := range c.seqs {
				require.Equal(t, c.verdicts[i], tr.see(seq), "message %d", i)
			}
			require.Len(t, tr.missing, c.missing)
		})
	}
}

func TestScheduleIsEvenAndKnowsNoServer(t *testing.T) {
	s := Load{Rate: 4, Warmup: time.Second, Length: 2 * time.Second, Size: 64}.schedule(100)
	require.EqualValues(t, 100, s.at(0))
	require.EqualValues(t, 100+250e6, s.at(1))
	require.EqualValues(t, 100+1e9, s.since)
	require.EqualValues(t, 100+3e9, s.until)
	require.Equal(t, s.at(1000)-s.at(999), s.at(1)-s.at(0), "no error adds up")
}

func TestCrowdHasClientsAndSendersOfEachRoomAtEachNode(t *testing.T) {
	c, err := gather(2, Chat{}, Load{Clients: 50, Senders: 4, Rooms: 10})
	require.NoError(t, err)
	defer c.close()
	require.Len(t, c.clients, 100)
	require.Len(t, c.senders, 10, "eight were asked for, and each room has one at least")
	nodes := map[string]map[int]int{}
	for _, cl := range c.clients {
		if nodes[cl.room.name] == nil {
			nodes[cl.room.name] = map[int]int{}
		}
		nodes[cl.room.name][cl.node]++
	}
	require.Len(t, nodes, 10)
	for name, at := range nodes {
		require.Equal(t, map[int]int{0: 5, 1: 5}, at, name)
	}
	sent := make([]int64, 10)
	sent[3] = 7
	require.EqualValues(t, 7*9, c.expected(sent), "everybody in the room but the sender")
}

func TestSeveralMessagesInOneFrameAreAllHeard(t *testing.T) {
	r := newRecorder()
	r.count(0, 1<<62)
	c := &client{protocol: CentrifugeJSON{}, room: &room{}, sender: -1, from: make([]tracker, 1), upgraded: true}
	var lines [][]byte
	for seq := range uint32(3) {
		lines = append(lines, append(stamp{seq: seq + 1, at: 1}.appendTo([]byte(`{"push":"`), 64), `"}`...))
	}
	r.feed(c, unmasked(string(bytes.Join(lines, []byte("\n")))))
	require.EqualValues(t, 3, r.counts.Delivered)
}

func TestBadLoadIsOneSentence(t *testing.T) {
	for want, load := range map[string]Load{
		"positive number":                 {Rate: 0},
		"a rate of NaN":                   {Rate: math.NaN()},
		"-1 senders":                      {Rate: 1, Senders: -1},
		"give 31":                         {Rate: 1, Size: 8},
		"one who sends and one who hears": {Rate: 1, Clients: 2, Rooms: 3},
	} {
		_, err := (&Cluster{Nodes: []string{"127.0.0.1:1"}}).Run(t.Context(), load, nil)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}
