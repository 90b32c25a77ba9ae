package unread_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/exercises/unread"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for an answer that never comes. It says nothing about speed.
const patience = 2 * time.Minute

// start gives the learner's counters on a connection that is tapped.
func start(t *testing.T) (unread.Counters, *basics.Tap) {
	plain, prefix, tap := redistest.Start(t), redistest.Prefix(t), &basics.Tap{Keep: true}
	t.Cleanup(func() { remove(context.WithoutCancel(t.Context()), plain, prefix) })
	db := redis.NewClient(dial.Once(redis.Options{
		Addr: plain.Options().Addr, Protocol: 2, Dialer: tap.Dial,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
	}))
	t.Cleanup(func() { db.Close() })
	db.Ping(t.Context()) // opens the connections: what follows is the learner's
	db.Pipelined(t.Context(), func(p redis.Pipeliner) error { return p.Ping(t.Context()).Err() })
	return unread.Counters{DB: db, Prefix: prefix}, tap
}

func remove(ctx context.Context, db *redis.Client, prefix string) {
	for keys := db.Scan(ctx, 0, prefix+"*", 1000).Iterator(); keys.Next(ctx); {
		db.Unlink(ctx, keys.Val())
	}
}

// cost is what went over the connection while f ran.
type cost struct{ trips, commands, values int }

func measure(t *testing.T, tap *basics.Tap, f func()) cost {
	t.Helper()
	tap.Take()
	before := tap.RoundTrips()
	f()
	sent, received := tap.Take()
	return cost{tap.RoundTrips() - before, len(replies(sent)), values(replies(received))}
}

func replies(b []byte) (all []basics.Reply) {
	for r := bufio.NewReader(bytes.NewReader(b)); ; {
		reply, err := basics.ReadReply(r)
		if err != nil {
			return all
		}
		all = append(all, reply)
	}
}

// values counts the single values in replies.
func values(replies []basics.Reply) (n int) {
	for _, r := range replies {
		if r.Type == '*' {
			n += values(r.List)
		} else {
			n++
		}
	}
	return n
}

func deliver(t *testing.T, c unread.Counters, room string, people ...string) {
	t.Helper()
	if err := c.Deliver(t.Context(), room, people); err != nil {
		t.Fatalf("a message in %s for %d people: Deliver fails: %v", room, len(people), err)
	}
}

func read(t *testing.T, c unread.Counters, person string, rooms ...string) []int {
	t.Helper()
	counts, err := c.Unread(t.Context(), person, rooms)
	if err != nil {
		t.Fatalf("what has %s not read in %d rooms? Unread fails: %v", person, len(rooms), err)
	}
	return counts
}

// many are 1,000 names.
func many(name string) (all []string) {
	for i := range 1000 {
		all = append(all, fmt.Sprintf("%s-%03d", name, i))
	}
	return all
}

func TestEachPersonHasACounterForEachRoom(t *testing.T) {
	c, _ := start(t)
	deliver(t, c, "lobby", "alice", "bob")
	deliver(t, c, "lobby", "alice")
	deliver(t, c, "go", "bob")
	if got := read(t, c, "alice", "go", "lobby"); !slices.Equal(got, []int{0, 2}) {
		t.Fatalf("alice has 2 unread messages in lobby, and nobody has written to her in go: Unread of go and lobby returns %v, want [0 2]", got)
	}
	if got := read(t, c, "bob", "lobby", "go"); !slices.Equal(got, []int{1, 1}) {
		t.Fatalf("bob has an unread message in lobby and one in go: Unread of lobby and go returns %v, want [1 1]", got)
	}
	if got := read(t, c, "dave", "lobby"); !slices.Equal(got, []int{0}) {
		t.Fatalf("nobody has ever written to dave: Unread of lobby returns %v, want [0]", got)
	}
}

func TestAnEmptyListIsNoError(t *testing.T) {
	c, _ := start(t)
	if err := c.Deliver(t.Context(), "lobby", nil); err != nil {
		t.Fatalf("a message for no people: Deliver fails: %v", err)
	}
	if got, err := c.Unread(t.Context(), "alice", nil); err != nil || len(got) != 0 {
		t.Fatalf("the unread messages of no rooms: Unread returns %v and the error %v, want an empty list and none", got, err)
	}
}

func TestAMessageToAThousandPeopleIsOneRoundTrip(t *testing.T) {
	c, tap := start(t)
	people := many("person")
	spent := measure(t, tap, func() { deliver(t, c, "lobby", people...) })
	if spent.trips != 1 {
		t.Fatalf("Deliver to 1,000 people is to be 1 round trip: it waits for the server %d times", spent.trips)
	}
	if got := read(t, c, "person-999", "lobby"); !slices.Equal(got, []int{1}) {
		t.Fatalf("a message was delivered to 1,000 people: Unread says %v for the last of them, want [1]", got)
	}
}

func TestTheCountersOfAThousandRoomsAreOneCommand(t *testing.T) {
	c, tap := start(t)
	rooms := many("room")
	deliver(t, c, "room-007", "alice")
	var got []int
	spent := measure(t, tap, func() { got = read(t, c, "alice", rooms...) })
	if len(got) != 1000 || got[7] != 1 || got[8] != 0 {
		t.Fatalf("Unread of 1,000 rooms returns %d numbers, %v; want 1,000 numbers: 1 for room-007, and 0 for the others", len(got), got)
	}
	if spent.trips != 1 {
		t.Fatalf("Unread of 1,000 rooms is to be 1 round trip: it waits for the server %d times", spent.trips)
	}
	if spent.commands != 1 {
		t.Fatalf("Unread of 1,000 rooms is to be 1 command: it sends %d commands, and the server has to carry out each", spent.commands)
	}
}

func TestUnreadBringsOnlyWhatWasAskedFor(t *testing.T) {
	c, tap := start(t)
	for _, room := range many("room")[:100] {
		deliver(t, c, room, "alice")
	}
	spent := measure(t, tap, func() { read(t, c, "alice", "room-000", "room-099") })
	if spent.values > 2 {
		t.Fatalf("alice has unread messages in 100 rooms. Unread of two rooms is to bring 2 values: %d came over the connection", spent.values)
	}
}
