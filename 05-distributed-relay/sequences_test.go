package relay

import (
	"math"
	"strconv"
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
		"far ahead":                             {[]heard{message(1), message(1 + mostMissed)}, mostMissed - 1, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSequences("own")
			delivered := map[heard]bool{}
			for _, h := range row.heard {
				if h.probe {
					s.probe(h.pub, h.seq, time.Now())
				} else if fresh, err := s.message(h.pub, h.seq, time.Now()); fresh {
					require.NoError(t, err)
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

	s.forget(begin.Add(forgetAfter))
	require.Len(t, s.seen, 3, "not yet")
	s.forget(begin.Add(forgetAfter + time.Second))
	require.NotContains(t, s.seen, "emitter")
	require.Contains(t, s.seen, "node", "its probes count")
	require.Contains(t, s.seen, "own", "what we publish we know for ever")

	// It is as one that comes for the first time.
	s.message("emitter", 9, begin.Add(2*forgetAfter))
	require.Zero(t, s.missed)
	require.True(t, s.blind)
}

// One forged number must not silence its publisher for good, nor spoil the count.
func TestForgedNumbers(t *testing.T) {
	now := time.Now()
	follow := func(t *testing.T) *sequences {
		s := newSequences("own")
		for seq := range uint64(10) {
			fresh, err := s.message("node", 1+seq, now)
			require.True(t, fresh)
			require.NoError(t, err)
		}
		return s
	}
	says := func(s *sequences, seq uint64) bool {
		fresh, _ := s.message("node", seq, now)
		return fresh
	}

	t.Run("one that cannot be true is not believed", func(t *testing.T) {
		s := follow(t)
		for _, seq := range []uint64{10 + mostMissed + 1, 1 << 63, math.MaxUint64} {
			fresh, err := s.message("node", seq, now)
			require.False(t, fresh)
			require.ErrorIs(t, err, errTooFar)
			require.False(t, s.probe("node", seq, now))
			require.False(t, s.probe("node", 10, now), "the next one denies it")
		}
		require.True(t, says(s, 11))
		require.Zero(t, s.missed)
		require.Zero(t, s.repeated)
	})

	t.Run("one that could be true is believed until the node denies it", func(t *testing.T) {
		s := follow(t)
		require.True(t, says(s, 1000))
		require.EqualValues(t, 989, s.missed)
		require.False(t, says(s, 11), "silenced")
		require.False(t, s.probe("node", 11, now), "it may be older than what came since the one before")
		require.False(t, s.probe("node", 11, now))
		require.False(t, s.probe("node", 11, now))
		require.False(t, says(s, 12))
		require.True(t, s.probe("node", 12, now), "the third denial counts")
		require.True(t, says(s, 13))
		require.EqualValues(t, 2, s.repeated, "what was lost meanwhile")
		require.True(t, s.blind)
	})

	t.Run("so does a forged probe, and late ones that are true change nothing", func(t *testing.T) {
		s := follow(t)
		require.False(t, s.probe("node", 500, now))
		for range 2 * enoughDenials { // a frozen master: an old probe, and then a new one
			require.False(t, s.probe("node", 400, now))
			require.False(t, s.probe("node", 500, now))
		}
		require.False(t, says(s, 500))
	})

	t.Run("a probe that comes behind later messages denies nothing", func(t *testing.T) {
		s := follow(t)
		for seq := uint64(11); seq < 50; seq += 2 {
			require.True(t, says(s, seq))
			require.True(t, says(s, seq+1))
			require.False(t, s.probe("node", seq, now), "published between the two")
		}
		require.Zero(t, s.missed)
	})

	t.Run("a newcomer may begin anywhere", func(t *testing.T) {
		s := newSequences("own")
		fresh, err := s.message("new", math.MaxUint64, now)
		require.True(t, fresh)
		require.NoError(t, err)
		require.Zero(t, s.missed)
		for range 1 + enoughDenials {
			s.probe("new", 3, now)
		}
		fresh, _ = s.message("new", 4, now)
		require.True(t, fresh)
	})

	t.Run("the count never turns below zero", func(t *testing.T) {
		s := follow(t)
		s.missed = math.MaxInt64 - 5
		require.True(t, says(s, 1000))
		require.EqualValues(t, math.MaxInt64, s.missed)
		require.True(t, says(s, 2000))
		require.EqualValues(t, math.MaxInt64, s.missed)
	})
}

func TestPublishersThatAreFollowedAreBounded(t *testing.T) {
	now := time.Now()
	s := newSequences("own")
	s.probe("node", 1, now)
	for i := range 3 * mostFollowed {
		s.message(strconv.Itoa(i), 1, now.Add(time.Duration(i)))
		if i%100 == 0 {
			s.probe("node", 1, now.Add(time.Duration(i)))
		}
	}
	require.LessOrEqual(t, len(s.seen), mostFollowed)
	require.Contains(t, s.seen, "own")
	require.Zero(t, s.missed)
}

// On a stream nearly each probe of a busy node stands behind messages of its own millisecond. Between those a late one denies something now and then,
// and three of these in an hour are not three in a row.
func TestOnlyDenialsInARowCount(t *testing.T) {
	now, s := time.Now(), newSequences("own")
	says := func(seq uint64) {
		_, err := s.message("node", seq, now)
		require.NoError(t, err)
	}
	says(10)
	s.probe("node", 10, now)
	seq := uint64(10)
	for round := range 3 * enoughDenials {
		for range 10 {
			says(seq + 1)
			says(seq + 2)
			seq += 2
			require.False(t, s.probe("node", seq-1, now))
		}
		require.False(t, s.probe("node", 5, now), "one late probe, round %d", round)
		seq++
		says(seq)
	}
	says(seq + 1)
	require.Zero(t, s.missed)
}
