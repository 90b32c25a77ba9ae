package sentinel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHighestEpochIsRight(t *testing.T) {
	now := time.Now()
	old := said{at: now, master: "a:1", former: "a:1", epoch: 3}
	promoted := said{at: now, master: "b:1", former: "a:1", epoch: 4, moving: true, next: "b:1"}
	later := func(s said, age time.Duration) said { s.at = now.Add(-age); return s }
	changing := said{at: now, master: "a:1", former: "a:1", epoch: 3, moving: true}
	chosen := changing
	chosen.next = "b:1"
	for name, test := range map[string]struct {
		all  []said
		want View
	}{
		"nobody has answered": {[]said{{}, {}, {}}, View{Of: 3}},
		"all agree":           {[]said{old, old, old}, View{Master: "a:1", Epoch: 3, Heard: 3, Of: 3}},
		"one knows of a failover, two do not yet":        {[]said{old, promoted, old}, View{Master: "b:1", Epoch: 4, Heard: 3, Of: 3}},
		"a failover has begun":                           {[]said{old, changing, old}, View{Master: "a:1", Epoch: 3, Moving: true, Heard: 3, Of: 3}},
		"it has chosen a server":                         {[]said{old, chosen, old}, View{Master: "a:1", Epoch: 3, Moving: true, Next: "b:1", Heard: 3, Of: 3}},
		"whoever led it is not heard any more":           {[]said{old, later(chosen, heardFor+1), old}, View{Master: "a:1", Epoch: 3, Heard: 2, Of: 3}},
		"one of the past, cut off with the old master":   {[]said{old, later(promoted, heardFor+1), {}}, View{Master: "b:1", Epoch: 4, Heard: 1, Of: 3}},
		"it is long ago: they may have begun anew":       {[]said{old, later(promoted, validFor+1), {}}, View{Master: "a:1", Epoch: 3, Heard: 1, Of: 3}},
		"nobody is heard any more, and the last is told": {[]said{later(old, heardFor+1), {}, {}}, View{Master: "a:1", Epoch: 3, Of: 3}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, merge(test.all, now)) })
	}
}

func TestMajorityIsMoreThanHalf(t *testing.T) {
	for _, test := range []struct {
		heard, of int
		want      bool
	}{{0, 1, false}, {1, 1, true}, {1, 2, false}, {1, 3, false}, {2, 3, true}, {2, 4, false}, {3, 5, true}} {
		require.Equal(t, test.want, View{Heard: test.heard, Of: test.of}.Majority(), "%d of %d", test.heard, test.of)
	}
}

// Lines of SENTINEL REPLICAS, as Redis 7.0.15 gives them.
func TestReplicaIsLinkedWhenItSaysSoAndAnswers(t *testing.T) {
	fields := func(changes ...string) map[string]string {
		f := map[string]string{
			"ip": "127.0.0.1", "port": "6380", "flags": "slave", "master-link-status": "ok", "role-reported": "slave",
			"master-host": "127.0.0.1", "master-port": "6379", "slave-priority": "100",
		}
		for i := 0; i < len(changes); i += 2 {
			f[changes[i]] = changes[i+1]
		}
		return f
	}
	linked := Replica{Addr: "127.0.0.1:6380", Master: "127.0.0.1:6379", Up: true, Linked: true, Priority: 100}
	require.Equal(t, linked, replica(fields()))
	for name, test := range map[string]struct {
		changes    []string
		up, linked bool
	}{
		"its master is away":         {[]string{"master-link-status", "err"}, true, false},
		"it does not answer":         {[]string{"flags", "s_down,slave"}, false, false},
		"nobody can connect to it":   {[]string{"flags", "s_down,slave,disconnected"}, false, false},
		"it is the promoted one":     {[]string{"flags", "slave,promoted", "role-reported", "master"}, true, false},
		"its master is down to them": {[]string{"flags", "slave,master_down"}, true, true},
	} {
		got := replica(fields(test.changes...))
		require.Equal(t, []bool{test.up, test.linked}, []bool{got.Up, got.Linked}, name)
	}
	require.Empty(t, replica(fields("master-host", "?", "master-port", "0")).Master, "it has not said yet whom it follows")
}
