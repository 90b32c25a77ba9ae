package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// heard is a message with a number, or a probe that tells the last number.
type heard struct {
	pub   string
	seq   uint64
	probe bool
}

func TestMissedAndRepeatedAreCounted(t *testing.T) {
	message := func(seq uint64) heard { return heard{"other", seq, false} }
	probe := func(seq uint64) heard { return heard{"other", seq, true} }
	mine := func(seq uint64) heard { return heard{"own", seq, false} }
	for name, row := range map[string]struct {
		heard            []heard
		missed, repeated int64
		blind            bool
	}{
		"all of them":                           {[]heard{message(1), message(2), probe(2), message(3)}, 0, 0, false},
		"one is missing":                        {[]heard{message(1), message(3)}, 1, 0, false},
		"a probe shows what no message shows":   {[]heard{message(1), probe(5)}, 4, 0, false},
		"and the next message does not again":   {[]heard{message(1), probe(5), message(6)}, 4, 0, false},
		"a probe with nothing new":              {[]heard{message(1), message(2), probe(1), probe(0)}, 0, 0, false},
		"the same again":                        {[]heard{message(1), message(1), message(2)}, 0, 1, false},
		"an old one, late":                      {[]heard{message(1), message(3), message(2)}, 1, 1, false},
		"one that a probe counted as missed":    {[]heard{message(1), probe(2), message(2)}, 1, 1, false},
		"our own are known from the first":      {[]heard{mine(4)}, 3, 0, false},
		"others from where they are first seen": {[]heard{message(40), message(42)}, 1, 0, true},
		"also when a probe is the first":        {[]heard{probe(40), message(42)}, 1, 0, true},
		"a newcomer hides nothing":              {[]heard{probe(0), message(2)}, 1, 0, false},
		"each publisher on its own account":     {[]heard{message(1), mine(1), {"third", 1, false}, message(3), mine(2)}, 1, 0, false},
		"far ahead":                             {[]heard{message(1), message(1 << 40)}, 1<<40 - 2, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSequences("own")
			delivered := map[heard]bool{}
			for _, h := range row.heard {
				if h.probe {
					s.probe(h.pub, h.seq, time.Now())
				} else if s.message(h.pub, h.seq, time.Now()) {
					require.False(t, delivered[h], "delivered twice")
					delivered[h] = true
				}
			}
			require.Equal(t, row.missed, s.missed)
			require.Equal(t, row.repeated, s.repeated)
			require.Equal(t, row.blind, s.blind)
		})
	}
}

func TestSilentPublishersAreForgotten(t *testing.T) {
	begin := time.Now()
	s := newSequences("own")
	s.message("emitter", 1, begin)
	s.message("node", 1, begin)
	s.probe("node", 1, begin.Add(forgetAfter))

	s.forget("own", begin.Add(forgetAfter))
	require.Len(t, s.seen, 3, "not yet")
	s.forget("own", begin.Add(forgetAfter+time.Second))
	require.NotContains(t, s.seen, "emitter")
	require.Contains(t, s.seen, "node", "its probes count")
	require.Contains(t, s.seen, "own", "what we publish we know for ever")

	// It is as one that comes for the first time.
	s.message("emitter", 9, begin.Add(2*forgetAfter))
	require.Zero(t, s.missed)
	require.True(t, s.blind)
}
