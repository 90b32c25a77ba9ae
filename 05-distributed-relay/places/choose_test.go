package places

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/sentinel"
)

// view is what Sentinels say of master m and replicas a, b, c, which follow it.
func view(changes ...func(*sentinel.View)) sentinel.View {
	v := sentinel.View{Master: "m", Heard: 3, Of: 3}
	for _, addr := range []string{"a", "b", "c"} {
		v.Replicas = append(v.Replicas, sentinel.Replica{Addr: addr, Master: "m", Up: true, Linked: true})
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}

func unlinked(replicas ...int) func(*sentinel.View) {
	return func(v *sentinel.View) {
		for _, i := range replicas {
			v.Replicas[i].Linked = false
		}
	}
}

func TestNodeSubscribesAtALinkedReplica(t *testing.T) {
	down := func(v *sentinel.View) { v.Replicas[0].Up, v.Replicas[0].Linked = false, false }
	ofTheFormer := func(v *sentinel.View) { // b has become the master; a and c have not heard of it yet
		v.Master = "b"
		v.Replicas[1] = sentinel.Replica{Addr: "b", Up: true}
	}
	for name, test := range map[string]struct {
		view   sentinel.View
		prefer []string
		avoid  string
		now    string
		want   string
	}{
		"it stays": {view: view(), now: "b", want: "b"},
		"the preferred one, though it is elsewhere":      {view: view(), prefer: []string{"c", "a"}, now: "a", want: "c"},
		"the second preferred, while the first is away":  {view: view(unlinked(2)), prefer: []string{"c", "a"}, now: "b", want: "a"},
		"a preferred one that is no replica":             {view: view(), prefer: []string{"m"}, now: "b", want: "b"},
		"its own has lost the master":                    {view: view(unlinked(0, 1)), now: "a", want: "c"},
		"its own brings nothing, whatever Sentinels say": {view: view(unlinked(1)), avoid: "a", now: "a", want: "c"},
		"none is linked: it will come back":              {view: view(unlinked(0, 1, 2)), now: "a", want: "a"},
		"none is linked, its own is gone":                {view: view(unlinked(1, 2), down), now: "a", want: "m"},
		"none is linked, its own brings nothing":         {view: view(unlinked(0, 1, 2)), avoid: "a", now: "a", want: "m"},
		"a new master that nobody follows yet":           {view: view(ofTheFormer), now: "a", want: "b"},
		"its own has become the master":                  {view: view(ofTheFormer), now: "b", want: "b"},
		"at the master, until a replica is there":        {view: view(unlinked(0, 1)), now: "m", want: "c"},
	} {
		w := wishes{node: "node-1", prefer: test.prefer, avoid: map[string]bool{test.avoid: true}}
		require.Equal(t, test.want, w.choose(test.view, test.now), name)
	}
}

func TestNodesSpreadOverTheReplicas(t *testing.T) {
	at := map[string]int{}
	for i := range 300 {
		w := wishes{node: fmt.Sprint("node-", i)}
		first := w.choose(view(), "")
		require.Equal(t, first, w.choose(view(), ""), "the same each time")
		at[first]++
		if first != "a" {
			require.Equal(t, first, w.choose(view(unlinked(0)), ""), "a replica that is gone moves its own nodes only")
		}
	}
	for _, addr := range []string{"a", "b", "c"} {
		require.Greater(t, at[addr], 50, addr)
	}
}

func TestServerThatBringsNothingAgainIsAvoidedForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		for _, seconds := range []time.Duration{12, 24, 48, 96, 192, 384, 600, 600} {
			s.Avoid("a")
			require.Equal(t, seconds*time.Second, time.Until(s.avoid["a"].until))
			time.Sleep(seconds * time.Second)
			s.note(sentinel.View{}, time.Now())
		}
		time.Sleep(avoidMost + time.Second)
		s.note(sentinel.View{}, time.Now())
		require.Empty(t, s.avoid, "it has brought something meanwhile")
		s.Avoid("a")
		require.Equal(t, avoidFor, time.Until(s.avoid["a"].until))
	})
}
