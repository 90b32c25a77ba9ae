package leaderboard_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/exercises/leaderboard"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for an answer that never comes. It says nothing about speed.
const patience = 2 * time.Minute

// board is a leaderboard of this test's own.
func board(t *testing.T) (db *redis.Client, key string) {
	db, key = redistest.Start(t), redistest.Prefix(t)+"points"
	t.Cleanup(func() { db.Del(context.WithoutCancel(t.Context()), key) })
	return db, key
}

// give adds points by the learner's Add: "bob 5" gives five to bob.
func give(t *testing.T, db *redis.Client, key string, gifts ...string) {
	t.Helper()
	for _, gift := range gifts {
		var name string
		var points int
		if _, err := fmt.Sscan(gift, &name, &points); err != nil {
			t.Fatal(err)
		}
		if _, err := leaderboard.Add(t.Context(), db, key, name, points); err != nil {
			t.Fatalf("Add gives %s %d points and fails: %v", name, points, err)
		}
	}
}

func top(t *testing.T, db *redis.Client, key string, n int) []leaderboard.Entry {
	t.Helper()
	entries, err := leaderboard.Top(t.Context(), db, key, n)
	if err != nil {
		t.Fatalf("Top(%d) fails: %v", n, err)
	}
	return entries
}

// names are those of entries, and their points: [bob 5, alice 3].
func names(entries []leaderboard.Entry) string {
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %d", e.Name, e.Points))
	}
	return "[" + strings.Join(lines, ", ") + "]"
}

func TestTheBestComesFirst(t *testing.T) {
	db, key := board(t)
	if got := top(t, db, key, 3); len(got) != 0 {
		t.Fatalf("nobody has points yet: Top(3) returns %v, want no entries", got)
	}
	give(t, db, key, "alice 3", "bob 2", "carol 1")
	total, err := leaderboard.Add(t.Context(), db, key, "bob", 3)
	if err != nil || total != 5 {
		t.Fatalf("bob had 2 points and is given 3: Add returns %d (error: %v), want 5", total, err)
	}
	if got := names(top(t, db, key, 2)); got != "[bob 5, alice 3]" {
		t.Fatalf("alice has 3 points, bob 5, carol 1: Top(2) returns %s, want [bob 5, alice 3]", got)
	}
	if got := names(top(t, db, key, 10)); got != "[bob 5, alice 3, carol 1]" {
		t.Fatalf("three people have points: Top(10) returns %s, want all three, [bob 5, alice 3, carol 1]", got)
	}
}

func TestTheSamePointsStandInTheOrderOfNames(t *testing.T) {
	db, key := board(t)
	give(t, db, key, "carol 4", "zoe 9", "dave 4", "alice 4")
	if got := names(top(t, db, key, 10)); got != "[zoe 9, alice 4, carol 4, dave 4]" {
		t.Fatalf("alice, carol and dave have 4 points each, zoe 9. Top(10) returns %s, want those with the same points in the order of their names: "+
			"[zoe 9, alice 4, carol 4, dave 4]", got)
	}
}

func TestTheEndOfTheListDividesATie(t *testing.T) {
	db, key := board(t)
	give(t, db, key, "carol 4", "zoe 9", "dave 4", "alice 4")
	if got := names(top(t, db, key, 2)); got != "[zoe 9, alice 4]" {
		t.Fatalf("one line is left for alice, carol and dave, who have 4 points each. Top(2) returns %s, want the first by name in it: [zoe 9, alice 4]", got)
	}
}

func TestTheSamePointsShareAPlace(t *testing.T) {
	db, key := board(t)
	give(t, db, key, "zoe 9", "alice 4", "carol 4", "bob 1")
	var places []int
	for _, e := range top(t, db, key, 10) {
		places = append(places, e.Place)
	}
	if want := []int{1, 2, 2, 4}; !slices.Equal(places, want) {
		t.Fatalf("the points are 9, 4, 4 and 1: the places are %v, want %v, as the same points share a place", places, want)
	}
}

func TestNoPointIsLost(t *testing.T) {
	db, key := board(t)
	const callers, each = 8, 50
	var together errgroup.Group
	for range callers {
		together.Go(func() error {
			for range each {
				if _, err := leaderboard.Add(t.Context(), db, key, "alice", 1); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := together.Wait(); err != nil {
		t.Fatalf("Add gives alice 1 point and fails: %v", err)
	}
	if got := names(top(t, db, key, 1)); got != "[alice 400]" {
		t.Fatalf("8 callers gave alice 50 times one point, all at the same time. Top(1) returns %s, want [alice 400]", got)
	}
}

func TestTopFetchesOnlyWhatItReturns(t *testing.T) {
	db, key := board(t)
	for i := range 100 {
		give(t, db, key, fmt.Sprintf("person-%02d %d", i, 1+i/10)) // ten have the same points each
	}
	tap := &basics.Tap{Keep: true}
	tapped := redis.NewClient(dial.Once(redis.Options{
		Addr: db.Options().Addr, Protocol: 2, Dialer: tap.Dial,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
	}))
	defer tapped.Close()
	got := names(top(t, tapped, key, 3))
	if want := "[person-90 10, person-91 10, person-92 10]"; got != want {
		t.Fatalf("a hundred people have points: Top(3) returns %s, want %s", got, want)
	}
	_, received := tap.Take()
	if came := strings.Count(string(received), "person-"); came > 3 {
		t.Fatalf("Top(3) fetches more than three people: %d of 100 came over the connection; let the server choose", came)
	}
}
