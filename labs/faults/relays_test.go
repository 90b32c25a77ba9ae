package faults

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

func TestEachRowIsPutOnPubSubOrSentinelAndOnStreams(t *testing.T) {
	on := map[string]int{}
	for _, row := range Rows() {
		var relays []string
		for _, relay := range Relays() {
			if relay.Has(row) {
				relays = append(relays, relay.Name)
				on[relay.Name]++
			}
		}
		require.Len(t, relays, 2, row.Name)
		require.Equal(t, "streams", relays[1], row.Name)
	}
	require.Equal(t, on["streams"], on["pubsub"]+on["sentinel"])
}

func TestWhatARowCannotShowIsSaid(t *testing.T) {
	embedded, server := launch.Backend{Kind: launch.KindEmbedded}, launch.Backend{Kind: launch.KindServer}
	pubsub, streams := System{}, System{Keeps: true}
	for name, c := range map[string]struct {
		row     Row
		backend launch.Backend
		system  System
		want    string
	}{
		"anything":                           {replicaKilled, embedded, streams, ""},
		"the disk of an embedded master":     {masterKilled, embedded, streams, "has no disk"},
		"where nothing is kept":              {masterKilled, embedded, pubsub, ""},
		"a real one":                         {masterKilled, server, streams, ""},
		"Sentinels":                          {watchedRows()[0], embedded, streams, "know no Sentinel"},
		"what would take minutes":            {crowdReturns, server, streams, "minutes"},
		"what takes a second without stream": {crowdReturns, server, pubsub, ""},
	} {
		got := c.row.skips(c.backend, c.system)
		require.Equal(t, c.want == "", got == "", name)
		require.Contains(t, got, c.want, name)
	}
}

// An account that never finds anything would pass: here it has to find each.
func TestKeptFindsWhatIsLostOrRepeatedOrSwapped(t *testing.T) {
	for _, a := range []Account{{Lost: 1}, {Repeated: 1}, {Disorder: 1}} {
		r := &run{}
		kept(r, []Account{{}, a})
		res := Result{Checks: r.checks}
		require.False(t, res.Holds(), "%+v", a)
	}
}
