package streams

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/labs/no-message-lost/entry"
)

// log is a stream as one server has it: each entry is "milliseconds text".
func log(entries ...string) (all []stamped) {
	for _, e := range entries {
		var ms int
		var text string
		if _, err := fmt.Sscan(e, &ms, &text); err != nil {
			panic(err)
		}
		part, err := stamp([]redis.XMessage{{ID: fmt.Sprint(ms, "-0"), Values: map[string]any{entry.Data: text}}})
		if err != nil {
			panic(err)
		}
		all = append(all, part...)
	}
	return all
}

// connects reads all that a server has, as after a new connection, and returns what is handed on.
func (r *reader) connects(server []stamped) (handed []string) {
	r.at = r.recent.rewind()
	for len(server) > 0 && server[0].Compare(r.at.id) <= 0 {
		server = server[1:]
	}
	for _, m := range server {
		if e, fresh := r.message(m); fresh {
			handed = append(handed, e.Payload+"@"+e.Channel)
		}
	}
	return handed
}

func newReader() *reader { return &reader{c: &carrier{delivered: newProgress()}, o: pubsub.Options{}} }

func TestWhatWasHandedOnIsNotHandedOnAgain(t *testing.T) {
	r := newReader()
	require.Equal(t, []string{"a@1-0.1", "b@2-0.2"}, r.connects(log("1 a", "2 b")))
	require.Empty(t, r.connects(log("1 a", "2 b")), "the same server again")
	require.Empty(t, r.connects(log("1 a")), "one that is behind")
	require.Empty(t, r.connects(nil), "one that has nothing yet")
	require.Equal(t, []string{"c@3-0.3"}, r.connects(log("1 a", "2 b", "3 c")))
	require.Equal(t, []string{"e@5-0.4"}, r.connects(log("3 c", "5 e")), "one that has trimmed the beginning")
}

func TestNothingOfANewMasterIsLeftOutWhateverItsIDsAre(t *testing.T) {
	for name, c := range map[string]struct{ server, want []string }{
		"its ids are higher":          {[]string{"1 a", "9 n"}, []string{"n@9-0.2"}},
		"they are lower":              {[]string{"1 a", "3 n", "4 o"}, []string{"n@3-0.2", "o@4-0.3"}},
		"they are the same":           {[]string{"1 a", "5 n", "6 o"}, []string{"n@5-0.2", "o@6-0.3"}},
		"one of the lost comes again": {[]string{"1 a", "3 n", "5 b"}, []string{"n@3-0.2", "b@5-0.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader()
			r.connects(log("1 a", "5 b", "6 c"))
			require.Equal(t, c.want, r.connects(log(c.server...)))
			require.Empty(t, r.connects(log(c.server...)))
		})
	}
}

func TestOnlyTheLastEntriesAreReadAgain(t *testing.T) {
	r := newReader()
	var all []string
	for i := range 5 * mostRecent {
		all = append(all, fmt.Sprint(i+1, " x"))
	}
	server := log(all...)
	r.connects(server)
	require.Less(t, len(r.recent.entries), 2*mostRecent)
	require.Greater(t, r.recent.base.id.Time, uint64(3*mostRecent))
	require.Empty(t, r.connects(server))
	require.Equal(t, int64(5*mostRecent), r.at.nr)
}

// A replica that was restarted has nothing at first, and then all of both streams. Old probes say how much was published long ago.
func TestOldProbesAreNotHandedOnAgain(t *testing.T) {
	r := newReader()
	r.o.ConfirmProbe = func(string, string) bool { return false }
	probe := func(count string) stamped {
		m := log(count + " x")[0]
		m.Values = map[string]any{fieldChannel: "chat:probe", fieldPayload: "probe " + count}
		return m
	}
	require.Len(t, r.own(r.own(nil, probe("1")), probe("2")), 2)
	r.nodes = r.told.rewind().id
	require.Zero(t, r.nodes)
	require.Empty(t, r.own(r.own(nil, probe("1")), probe("2")))
	require.EqualValues(t, 2, r.nodes.Time, "else they are read again and again until there is a new one")
	require.Len(t, r.own(nil, probe("3")), 1)
	require.EqualValues(t, 3, r.nodes.Time)
}
