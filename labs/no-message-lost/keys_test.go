package streams

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The two minutes are those of the master's clock, which gives the ids: no clock of ours counts.
func TestMessageIsKnownByItsKeyForTwoMinutes(t *testing.T) {
	const start, twoMinutes = 1_764_424_989_000, 120_000
	k := newKeys(100)
	require.False(t, k.note("a", ID{start, 5}, false))
	require.False(t, k.note("b", ID{start + 1, 0}, true), "nobody has seen it before, whatever its sender says")
	require.False(t, k.note("a", ID{start + 2, 0}, false), "its sender does not say that it is the same")
	require.True(t, k.note("a", ID{start + 2 + twoMinutes, 0}, true))
	require.True(t, k.knows("a"))
	require.False(t, k.knows("b"), "that was more than two minutes before")
	require.False(t, k.note("b", ID{start + 3 + twoMinutes, 0}, true))
	require.True(t, k.note("a", ID{start + 2 + 2*twoMinutes, 0}, true), "two minutes after the last one")
	require.False(t, k.note("a", ID{start + 3 + 3*twoMinutes, 0}, true))
}

// The plain rule, which looks at all entries. Whatever is said when: this and the memory decide the same, at once and later.
func TestMemoryDecidesAsTheStreamDoes(t *testing.T) {
	type said struct {
		keyed
		again bool
	}
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 7))
		all, k := []said(nil), newKeys(1_000_000)
		plain := func(i int) bool {
			for j := i - 1; all[i].again && j >= 0 && all[j].id.Compare(all[i].id.ago(once)) >= 0; j-- {
				if all[j].key == all[i].key {
					return true
				}
			}
			return false
		}
		id := ID{1_764_424_989_000, 0}
		for i := range 500 {
			if random.IntN(3) == 0 {
				id = id.next()
			} else {
				id = ID{id.Time + 1 + random.Uint64N(40_000), 0}
			}
			all = append(all, said{keyed{fmt.Sprint(random.IntN(8)), id}, random.IntN(2) == 0})
			require.Equal(t, plain(i), k.note(all[i].key, id, all[i].again), "entry %d of %v", i, seed)
			for j := range all {
				if repeat, sure := k.repeat(all[j].key, all[j].id); all[j].again && sure {
					require.Equal(t, plain(j), repeat, "entry %d, asked for after %d of %v", j, i, seed)
				}
			}
		}
		repeat, sure := k.repeat(all[499].key, id)
		require.True(t, sure, "what has just come is remembered")
		require.Equal(t, plain(499), repeat && all[499].again)
	}
}

func TestKeysThatAreRememberedAreBounded(t *testing.T) {
	k := newKeys(100)
	for i := range uint64(250) {
		k.note(fmt.Sprint(i), ID{1000 + i, 0}, false)
	}
	require.Len(t, k.of, 100)
	require.EqualValues(t, 150, k.forgotten)
	require.False(t, k.knows("149"))
	require.True(t, k.knows("150"))
	_, sure := k.repeat("100", ID{1240, 0})
	require.False(t, sure, "whoever asks has to look into the stream")
}
