package readon_test

import (
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	readon "example.com/redis-chat/labs/no-message-lost/exercises/read-on"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// trial is a stream of the test's own, and a reader of it.
type trial struct {
	t      *testing.T
	client *redis.Client
	reader readon.Reader
}

func start(t *testing.T) *trial {
	client := redistest.Start(t)
	stream := redistest.Prefix(t) + "lines"
	return &trial{t, client, readon.Reader{Client: client, Stream: stream, After: "0", Most: 10, Wait: 20 * time.Millisecond}}
}

func (tr *trial) add(lines ...string) {
	tr.t.Helper()
	for _, line := range lines {
		if err := tr.client.XAdd(tr.t.Context(), &redis.XAddArgs{Stream: tr.reader.Stream, Values: []string{"text", line}}).Err(); err != nil {
			tr.t.Fatal(err)
		}
	}
}

func (tr *trial) reads(why string, want ...string) {
	tr.t.Helper()
	got, err := tr.reader.Next(tr.t.Context())
	if err != nil {
		tr.t.Fatalf("%s: Next returns the error %v", why, err)
	}
	if !slices.Equal(got, want) {
		tr.t.Errorf("%s: Next returns %q, want %q", why, got, want)
	}
}

func TestWhatIsAddedBetweenTwoCallsIsRead(t *testing.T) {
	tr := start(t)
	tr.add("one", "two")
	tr.reads("two lines were added before the first call", "one", "two")
	tr.add("three", "four")
	tr.reads("two more were added while nobody was reading", "three", "four")
}

func TestNothingIsReadTwice(t *testing.T) {
	tr := start(t)
	tr.add("one")
	tr.reads("one line was added", "one")
	tr.reads("nothing was added since")
	tr.add("two")
	tr.reads("one more was added", "two")
}

func TestMoreThanFitsComesNextTime(t *testing.T) {
	tr := start(t)
	tr.reader.Most = 2
	tr.add("one", "two", "three", "four", "five")
	tr.reads("five lines wait, and Most is 2", "one", "two")
	tr.reads("three of the five still wait", "three", "four")
	tr.reads("the last one", "five")
}

func TestAnotherReaderGoesOnFromThere(t *testing.T) {
	tr := start(t)
	tr.add("one", "two")
	tr.reads("two lines were added", "one", "two")
	after := tr.reader.After
	tr.add("three")
	tr.reader = readon.Reader{Client: tr.client, Stream: tr.reader.Stream, After: after, Most: 10, Wait: 20 * time.Millisecond}
	tr.reads("a new reader begins After the one before, which had read two of three lines", "three")
}
