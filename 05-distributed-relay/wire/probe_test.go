package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/05-distributed-relay/pack"
)

func TestProbeThatIsRefused(t *testing.T) {
	for name, p := range map[string]any{
		"nobody's":              map[string]any{"node": "a", "seq": 1},
		"publisher without end": map[string]any{"pub": strings.Repeat("p", MaxPub+1)},
		"seq is negative":       map[string]any{"pub": "p", "seq": "-1"},
		"a list":                []any{},
		"larger than any":       map[string]any{"pub": "p", "node": strings.Repeat("n", maxProbe)},
	} {
		payload, err := msgpack.Marshal(p)
		require.NoError(t, err)
		_, err = DecodeProbe(string(payload))
		require.Error(t, err, name)
	}
	whole := string(Probe{Node: "a", Pub: "p", Seq: 300, Count: 70_000, Every: 250}.Encode())
	p, err := DecodeProbe(whole)
	require.NoError(t, err)
	require.Equal(t, Probe{Node: "a", Pub: "p", Seq: 300, Count: 70_000, Every: 250}, p)
	for n := range whole {
		_, err := DecodeProbe(whole[:n])
		require.Error(t, err, "the first %d bytes", n)
	}
}

// Decoded by the library as it is, the first ends the process by a stack
// overflow, the second allocates 96 MB.
func TestShapesThatMustNotReachTheLibrary(t *testing.T) {
	require.ErrorIs(t, wellFormed("\x81\xa1x"+strings.Repeat("\x91", 30<<20)+"\xc0"), pack.ErrTooDeep)
	require.Error(t, wellFormed("\x81\xa6joined\xdf\xff\xff\xff\xff"))
	require.Error(t, wellFormed("\x80\x80"))
	require.Error(t, wellFormed(""))
	require.NoError(t, wellFormed("\x82\xa4node\xa1a\xa1x\x92\xcb\x00\x00\x00\x00\x00\x00\x00\x00\xd6\xff\x00\x00\x00\x00"))
}

// Every node reads every node's probes: n nodes, n×n of these each interval.
func BenchmarkProbe(b *testing.B) {
	p := Probe{Node: "host:3000", Pub: "0123456789ab", Seq: 123456, Count: 1234, Every: 250}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Encode()
		}
	})
	text := string(p.Encode())
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := DecodeProbe(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
