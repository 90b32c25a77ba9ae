package ban

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	here  = netip.MustParsePrefix("192.0.2.1/32")
	there = netip.MustParsePrefix("2001:db8::/64")
)

func TestBanIsForANameForAnAddressOrForBothTogether(t *testing.T) {
	for name, row := range map[string]struct {
		ban  Ban
		want map[who]bool
	}{
		"a name":     {Ban{Name: "mallory"}, map[who]bool{{"mallory", here}: true, {"mallory", there}: true, {"alice", here}: false}},
		"an address": {Ban{Address: here}, map[who]bool{{"mallory", here}: true, {"alice", here}: true, {"mallory", there}: false}},
		"both":       {Ban{Name: "mallory", Address: here}, map[who]bool{{"mallory", here}: true, {"mallory", there}: false, {"alice", here}: false}},
	} {
		var l List
		row.ban.Until = time.Now().Add(time.Hour)
		require.NoError(t, l.Add(row.ban))
		for whom, want := range row.want {
			_, banned := l.Find(whom.name, whom.address)
			require.Equal(t, want, banned, "%s: %v", name, whom)
		}
	}
	var nobody List
	_, banned := nobody.Find("mallory", here)
	require.False(t, banned)
}

func TestBanIsOverInTimeAndTheLongestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l List
		require.NoError(t, l.Add(Ban{Name: "mallory", Reason: "short", Until: time.Now().Add(time.Minute)}))
		require.NoError(t, l.Add(Ban{Address: here, Reason: "long", Until: time.Now().Add(time.Hour)}))
		found, _ := l.Find("mallory", here)
		require.Equal(t, "long", found.Reason)
		require.NoError(t, l.Add(Ban{Address: here, Reason: "shortened", Until: time.Now().Add(30 * time.Second)}))
		found, _ = l.Find("mallory", here)
		require.Equal(t, "short", found.Reason)
		time.Sleep(time.Minute)
		_, banned := l.Find("mallory", here)
		require.False(t, banned)
	})
}

func TestListHoldsSoManyBansAndForgetsThoseThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l List
		add := func(i int) error { return l.Add(Ban{Name: fmt.Sprint(i), Until: time.Now().Add(time.Minute)}) }
		l.bans = map[who]Ban{}
		for i := range most {
			l.bans[who{name: fmt.Sprint(i)}] = Ban{Name: fmt.Sprint(i), Until: time.Now().Add(time.Minute)}
		}
		require.ErrorIs(t, add(most), ErrFull)
		require.NoError(t, add(0), "it is there already")
		time.Sleep(time.Minute)
		require.NoError(t, add(most))
		require.Len(t, l.bans, 1)
	})
}
