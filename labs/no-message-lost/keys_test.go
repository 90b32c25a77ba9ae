package streams

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// noted notes an entry of a node without clients, whose first entries are in the stream.
func (k *keys) noted(key string, id ID, again bool) (repeat bool) {
	repeat, _ = k.note(key, id, again, 0)
	return repeat
}

// The two minutes are those of the master's clock, which gives the ids: no clock of ours counts.
func TestMessageIsKnownByItsKeyForTwoMinutes(t *testing.T) {
	const start, twoMinutes = 1_764_424_989_000, 120_000
	k := newKeys(100)
	require.False(t, k.noted("a", ID{start, 5}, false))
	require.False(t, k.noted("b", ID{start + 1, 0}, true), "nobody has seen it before, whatever its sender says")
	require.False(t, k.noted("a", ID{start + 2, 0}, false), "its sender does not say that it is the same")
	require.True(t, k.noted("a", ID{start + 2 + twoMinutes, 0}, true))
	require.True(t, k.knows("a"))
	require.False(t, k.knows("b"), "that was more than two minutes before")
	require.False(t, k.noted("b", ID{start + 3 + twoMinutes, 0}, true))
	require.True(t, k.noted("a", ID{start + 2 + 2*twoMinutes, 0}, true), "two minutes after the last one")
	require.False(t, k.noted("a", ID{start + 3 + 3*twoMinutes, 0}, true))
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
			require.Equal(t, plain(i), k.noted(all[i].key, id, all[i].again), "entry %d of %v", i, seed)
			for j := range all {
				if repeat, sure := k.repeat(all[j].key, place{id: all[j].id}); all[j].again && sure {
					require.Equal(t, plain(j), repeat, "entry %d, asked for after %d of %v", j, i, seed)
				}
			}
		}
		repeat, sure := k.repeat(all[499].key, place{id: id})
		require.True(t, sure, "what has just come is remembered")
		require.Equal(t, plain(499), repeat && all[499].again)
	}
}

func TestKeysThatAreRememberedAreBounded(t *testing.T) {
	k := newKeys(100)
	for i := range uint64(250) {
		k.noted(fmt.Sprint(i), ID{1000 + i, 0}, false)
	}
	require.Len(t, k.of, 100)
	require.EqualValues(t, 150, k.forgotten)
	require.False(t, k.knows("149"))
	require.True(t, k.knows("150"))
	_, sure := k.repeat("100", place{id: ID{1240, 0}})
	require.False(t, sure, "whoever asks has to look into the stream")
}

// A master has taken the first one with it. Then the second is the first that all nodes have.
func TestWhoHasNotHeardTheLostOneHearsTheNext(t *testing.T) {
	k, id := newKeys(100), func(ms uint64) ID { return ID{1_764_424_989_000 + ms, 0} }
	note := func(at uint64, again bool, seats uint64) []any {
		repeat, unheard := k.note("a", id(at), again, seats)
		return []any{repeat, unheard}
	}
	repeats := func(at, heard uint64) bool {
		repeat, sure := k.repeat("a", place{id: id(at), heard: id(heard)})
		return repeat && sure
	}
	require.Equal(t, []any{false, uint64(0)}, note(5, false, 7))
	k.lose("a", id(4))
	require.Equal(t, []any{true, uint64(0)}, note(6, true, 9), "that was another one's")
	first, _ := k.first("a")
	require.Equal(t, id(5), first)

	k.lose("a", id(5))
	require.Equal(t, []any{true, uint64(8)}, note(10, true, 9), "seven have heard it here")
	require.False(t, repeats(10, 4), "a client that came to 4 in the stream that is gone")
	require.True(t, repeats(10, 5))
	require.Equal(t, []any{true, uint64(0)}, note(12, true, 9))
	require.True(t, repeats(12, 4), "it has heard the one of 10")
}
