package relay

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFifoKeepsOrderWhateverIsTaken(t *testing.T) {
	var f fifo[int]
	next, first := 0, 0
	for round := range 3000 {
		for range round % 7 {
			f.push(next)
			next++
		}
		if round == 1000 {
			for range 5000 { // more than it keeps room for
				f.push(next)
				next++
			}
		}
		n := min(round%5*3, len(f.items))
		for i, item := range f.items {
			require.Equal(t, first+i, item)
			if i > n {
				break
			}
		}
		f.drop(n)
		first += n
		require.Len(t, f.items, next-first)
	}
	f.drop(len(f.items))
	require.Nil(t, f.items)
	require.LessOrEqual(t, cap(f.room), keepRoom)
}

func TestFifoThatIsEmptiedAllocatesNothing(t *testing.T) {
	var f fifo[outgoing]
	burst := func() {
		for range 100 {
			f.push(outgoing{})
		}
		f.drop(40)
		f.drop(60)
	}
	burst()
	require.Zero(t, testing.AllocsPerRun(100, burst))
}
