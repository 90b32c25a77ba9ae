package livemap

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMomentsAreKeptAndNotForEver(t *testing.T) {
	f := NewFeed(io.Discard)
	defer f.Close()
	states := map[string]string{"master": "starting", "replica-1": "starting", "node-1": "up"}
	for who, state := range states {
		f.Record(Moment{Kind: Became, Who: who, Text: state})
	}
	for range 2 * maxMoments {
		f.Notice("node-1", "once more")
	}
	kept := f.moments.get()
	require.Len(t, kept, maxMoments)
	became := map[string]string{}
	for _, m := range kept {
		if m.Kind == Became {
			became[m.Who] = m.Text
		}
	}
	require.Equal(t, states, became, "what a part is stays known, however long it has been that")
}
