package faults

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	NodeAsked()
	logging.Disable() // go-redis prints each refused connection
	redistest.Main(m)
}

// Some rows of the table, on the servers that WORKBOOK_REDIS asks for. The promises
// about time are left to make faults, which has the machine for itself: this test looks
// at what became of each message. So a fault lasts until the nodes have noticed it and
// so many messages have been sent, however long that takes.
func TestWhatIsLostIsCounted(t *testing.T) {
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		t.Skip("this test kills servers, and those of WORKBOOK_REDIS are not ours: run it with WORKBOOK_REDIS=embedded or WORKBOOK_REDIS=server")
	}
	ours, err := Ours()
	require.NoError(t, err)
	const messages = 40 // of each sender, before, during and after
	flow := func(r *run) error { return r.flows(r.ctx, messages) }
	felt := func(nodes ...int) func(*run) error {
		return func(r *run) error {
			err := until(r.ctx, func() bool {
				for _, node := range nodes {
					if _, noticed := r.ready[node].firstAfter(r.broken, false); !noticed {
						return false
					}
				}
				return true
			})
			return errors.Join(err, flow(r))
		}
	}
	for _, c := range []struct {
		row   Row
		broke func(*run) error
		loses bool
	}{
		{replicaKilled, killReplica(felt(1)), true},
		{masterFrozen, freeze(0, func(r *run) error {
			return errors.Join(felt(0, 1)(r), until(r.ctx, func() bool { // and the senders have been told
				return r.senders[0].source.count(unknown, unsent) > 0 && r.senders[1].source.count(unknown, unsent) > 0
			}))
		}), false},
		{wrongClock, jump(30), false},
	} {
		t.Run(c.row.Name, func(t *testing.T) {
			t.Parallel() // it waits most of the time
			row := c.row
			row.Calm, row.Break = flow, c.broke
			row.Prepare = func(r *run) {
				for _, s := range r.sources() {
					s.rate /= 4 // so that a slow machine keeps up
				}
			}
			row.Judge = func(r *run, all []Account) {
				clean(r, all)
				counts(r, all, 0, 1)
			}
			res, err := Put(t.Context(), backend, ours, 2, row)
			require.NoError(t, err)
			var table bytes.Buffer
			require.NoError(t, Print(&table, []Result{res}, true))
			require.True(t, res.Holds(), table.String())
			for _, a := range res.Accounts {
				require.GreaterOrEqual(t, a.Delivered, nodeCount*messages, "after the fault, at least")
			}
			require.Equal(t, c.loses, res.Accounts[len(res.Accounts)-1].Missed() >= messages, table.String())
		})
	}
}

// An account that never finds anything would pass every check: here each of its columns
// is made to count something.
func TestAccountSeesWhatWentWrong(t *testing.T) {
	r := &run{crowd: newCrowd(&stage{addrs: []string{"a", "b"}, system: System{Tells: true}}, 1)}
	say := func(f fate) stamp {
		s := r.emitter.next(0)
		r.emitter.told(s.seq, f, time.Millisecond)
		return s
	}
	good, lost, open, never := say(accepted), say(accepted), say(unknown), say(unsent)
	last := say(accepted)
	_ = open
	first, second := r.receivers[0].got, r.receivers[1].got
	for _, s := range []stamp{good, lost, last} {
		first.arrived(s)
	}
	for _, s := range []stamp{last, good, never, good} {
		second.arrived(s)
	}
	all := r.accounts()
	require.Equal(t, Account{Node: 1, Sent: 4, Delivered: 3, Unknown: 1, Silence: all[0].Silence}, all[0])
	// good and never came after last; and good in another order than at the first.
	require.Equal(t, Account{Node: 2, Sent: 4, Delivered: 2, Lost: 1, Unknown: 1, Forged: 1, Repeated: 1, Disorder: 3, Silence: all[1].Silence}, all[1])
	require.Equal(t, 2, all[1].Missed())
}

func TestChecksFail(t *testing.T) {
	r := &run{crowd: newCrowd(&stage{addrs: []string{"a", "b"}, system: System{Tells: true}}, 1)}
	r.before = []map[string]float64{{}, {}}
	r.after = []map[string]float64{{missedMetric: 3}, {}}
	r.broken = time.Second
	for range nodeCount {
		r.ready = append(r.ready, &watch{turns: []turn{{0, true}, {3 * time.Second, false}, {9 * time.Second, true}}})
		r.links = append(r.links, &watch{turns: []turn{{0, true}}})
	}
	s := r.senders[0].source
	s.next(0)
	s.told(1, accepted, 2*time.Second)
	r.senders[1].source.next(-2 * time.Second) // no answer
	wrong := []Account{{Node: 1, Lost: 2, Repeated: 1, Disorder: 1, Forged: 1}, {Node: 2, Unknown: 1}}
	clean(r, wrong)
	untouched(r, wrong, 0)
	counts(r, wrong, 0, 1)
	noticed(r, 0)
	unnoticed(r, 0)
	back(r, 0)
	mended(r, time.Second, 0)
	answered(r)
	held := 0
	for _, c := range r.checks {
		if c.Holds {
			held++
			require.Contains(t, c.What, "node 1 stays without an answer", "the one that is true")
		}
	}
	require.Equal(t, 1, held)
	require.Len(t, r.checks, 14)
}

func TestSoakTellsWhatGrows(t *testing.T) {
	var k Soak
	for i := range 12 {
		k.Holds = append(k.Holds, Held{Goroutines: 40, Files: 20 + 10*i, Resident: 30 << 20})
	}
	require.Equal(t, []string{"open files: 80, then 120"}, k.Grown())
	require.Empty(t, (&Soak{}).Grown())
}

func TestStampIsFound(t *testing.T) {
	frame := append([]byte(`42["message","`), stamp{2, 0xabc}.appendTo(nil, messageBytes)...)
	s, ok := findStamp(frame)
	require.True(t, ok)
	require.Equal(t, stamp{2, 0xabc}, s)
	for _, no := range []string{"", "@F", "@Fzz00000001", "@F0200000xyz", `{"event":"$ping"}`} {
		_, ok := findStamp([]byte(no))
		require.False(t, ok, no)
	}
}

func TestTableTellsWhatDoesNotHold(t *testing.T) {
	res := Result{
		Row: "a fault", System: "ours", Tells: true,
		Accounts: []Account{{Node: 1, Sent: 9, Delivered: 9}, {Node: 2, Sent: 9, Delivered: 4, Lost: 5}},
		Counted:  [nodeCount]int{0, 5},
		Checks:   []Check{{"good", true}, {"bad", false}},
		Facts:    []string{"a fact"},
	}
	var out bytes.Buffer
	require.NoError(t, Print(&out, []Result{res, {Row: "another", System: "ours", Skipped: "why"}}, false))
	for _, want := range []string{"1 of node 2", "NO", "! NOT: bad", "+ good", "= a fact", "not run: why"} {
		require.Contains(t, out.String(), want)
	}
}
