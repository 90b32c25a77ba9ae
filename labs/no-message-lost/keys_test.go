package streams

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
)

// noted notes an entry of a stream that has lost nothing.
func (k *keys) noted(key string, id ID, again bool) (repeat bool) {
	repeat, _ = k.note(key, id, again)
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
	require.Contains(t, k.of, "a")
	require.NotContains(t, k.of, "b", "that was more than two minutes before")
	require.False(t, k.noted("b", ID{start + 3 + twoMinutes, 0}, true))
	require.True(t, k.noted("a", ID{start + 2 + 2*twoMinutes, 0}, true), "two minutes after the last one")
	require.False(t, k.noted("a", ID{start + 3 + 3*twoMinutes, 0}, true))
}

// The plain rule, which looks at all entries. Whatever is said when: this and the memory decide the same, at once and later.
func TestMemoryDecidesAsTheStreamDoes(t *testing.T) {
	type said struct {
		keyed
		again, repeat bool // repeat is what the plain rule says
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
			all = append(all, said{keyed: keyed{fmt.Sprint(random.IntN(8)), id}, again: random.IntN(2) == 0})
			all[i].repeat = plain(i)
			require.Equal(t, all[i].repeat, k.noted(all[i].key, id, all[i].again), "entry %d of %v", i, seed)
			for j := range all {
				if !all[j].again {
					continue
				}
				if repeat, sure := k.repeat(all[j].key, all[j].id); sure && repeat != all[j].repeat {
					require.Equal(t, all[j].repeat, repeat, "entry %d, asked for after %d of %v", j, i, seed)
				}
			}
		}
		repeat, sure := k.repeat(all[499].key, id)
		require.True(t, sure, "what has just come is remembered")
		require.Equal(t, all[499].repeat, repeat && all[499].again)
	}
}

func TestKeysThatAreRememberedAreBounded(t *testing.T) {
	k := newKeys(100)
	for i := range uint64(250) {
		k.noted(fmt.Sprint(i), ID{1000 + i, 0}, false)
	}
	require.Len(t, k.of, 100)
	require.EqualValues(t, 150, k.forgotten)
	require.NotContains(t, k.of, "149")
	require.Contains(t, k.of, "150")
	_, sure := k.repeat("100", ID{1240, 0})
	require.False(t, sure, "whoever asks has to look into the stream")
}

// A master has taken the first one with it. Then the second is the first that all nodes have.
func TestSecondCopyOfWhatIsLostIsTheFirst(t *testing.T) {
	k, id := newKeys(100), func(ms uint64) ID { return ID{1_764_424_989_000 + ms, 0} }
	note := func(at uint64, again bool) []any {
		repeat, lost := k.note("a", id(at), again)
		return []any{repeat, lost}
	}
	require.Equal(t, []any{false, chat.Lost{}}, note(5, false))
	k.lose("a", id(4), chat.Lost{Seats: 7, Nth: 1})
	require.Equal(t, []any{true, chat.Lost{}}, note(6, true), "that was another one's")
	k.lose("a", id(6), chat.Lost{Seats: 7, Nth: 2})
	require.Equal(t, []any{true, chat.Lost{}}, note(8, true), "the first is there")

	k.lose("a", id(5), chat.Lost{Seats: 7, Nth: 3})
	require.Equal(t, []any{false, chat.Lost{}}, note(9, false), "another message: it does not say that it is the same")
	require.Equal(t, []any{false, chat.Lost{Seats: 7, Nth: 3}}, note(10, true))
	require.Equal(t, chat.Lost{Seats: 7, Nth: 3}, k.lostBefore(id(10)), "for those who catch up later")
	repeat, _ := k.repeat("a", id(10))
	require.False(t, repeat)
	require.Equal(t, []any{true, chat.Lost{}}, note(12, true))
	repeat, sure := k.repeat("a", id(12))
	require.True(t, repeat && sure)
	require.Zero(t, k.lostBefore(id(12)))
	require.Equal(t, []any{false, chat.Lost{}}, note(240_000, true), "two minutes later that, too, is forgotten")
	require.Equal(t, chat.Lost{Seats: 7, Nth: 3}, k.lostBefore(id(10)), "and this is not")
}

func TestSecondCopiesThatAreRememberedAreBounded(t *testing.T) {
	k := newKeys(100)
	for i := range uint64(3 * mostRecent) {
		k.noteSecond(ID{i + 1, 0}, chat.Lost{Nth: i + 1})
	}
	require.LessOrEqual(t, len(k.seconds), mostRecent)
	require.NotZero(t, k.lostBefore(ID{3 * mostRecent, 0}))
}
