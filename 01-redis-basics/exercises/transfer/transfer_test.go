package transfer_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/01-redis-basics/exercises/transfer"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// bank are two accounts. Whatever the learner's Transfer sends by watched goes through hook.
type bank struct {
	t          *testing.T
	db         *redis.Client // the test's own way
	watched    *redis.Client
	hook       *hook
	alice, bob string // keys
}

func start(t *testing.T, alice, bob int) *bank {
	db, prefix := redistest.Start(t), redistest.Prefix(t)
	options := *db.Options()
	b := &bank{t: t, db: db, watched: redis.NewClient(&options), hook: &hook{}, alice: prefix + "alice", bob: prefix + "bob"}
	b.watched.AddHook(b.hook)
	db.MSet(t.Context(), b.alice, alice, b.bob, bob)
	t.Cleanup(func() {
		b.watched.Close()
		db.Del(context.WithoutCancel(t.Context()), b.alice, b.bob)
	})
	return b
}

// has returns both accounts, at one moment.
func (b *bank) has() (alice, bob int) {
	b.t.Helper()
	values, err := b.db.MGet(b.t.Context(), b.alice, b.bob).Result()
	if err != nil {
		b.t.Fatal(err)
	}
	number := func(v any) int {
		text, _ := v.(string)
		n, _ := strconv.Atoi(text)
		return n
	}
	return number(values[0]), number(values[1])
}

// is fails the test unless the accounts hold so much.
func (b *bank) is(when string, alice, bob int) {
	b.t.Helper()
	if a, o := b.has(); a != alice || o != bob {
		b.t.Fatalf("%s: alice has %d points and bob %d, want %d and %d", when, a, o, alice, bob)
	}
}

// hook sees what Transfer sends: before its first write, and after each step.
type hook struct {
	once        sync.Once
	beforeWrite func()
	afterStep   func()
}

func (*hook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return h.see(func() error { return next(ctx, cmd) }, cmd)
	}
}

func (h *hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return h.see(func() error { return next(ctx, cmds) }, cmds...)
	}
}

func (h *hook) see(send func() error, cmds ...redis.Cmder) error {
	reads := []string{"watch", "unwatch", "get", "mget", "exists", "ping", "hello", "client"}
	for _, cmd := range cmds {
		if h.beforeWrite != nil && !slices.Contains(reads, strings.ToLower(cmd.Name())) {
			h.once.Do(h.beforeWrite)
		}
	}
	err := send()
	if h.afterStep != nil {
		h.afterStep()
	}
	return err
}

func TestPointsGoFromOneToTheOther(t *testing.T) {
	b := start(t, 10, 0)
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 7); err != nil {
		t.Fatalf("alice has 10 points and gives bob 7: Transfer fails: %v", err)
	}
	b.is("alice had 10 points and gave bob 7", 3, 7)
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 4); !errors.Is(err, transfer.ErrTooFew) {
		t.Fatalf("alice has 3 points and wants to give 4: Transfer returns the error %v, want ErrTooFew", err)
	}
	b.is("after ErrTooFew nothing must have changed", 3, 7)
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 3); err != nil {
		t.Fatalf("alice has 3 points and gives bob all of them: Transfer fails: %v", err)
	}
	b.is("alice had 3 points and gave bob all of them", 0, 10)
}

func TestNobodyTakesPointsByGiving(t *testing.T) {
	b := start(t, 0, 10)
	for _, points := range []int{-5, 0} {
		if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, points); !errors.Is(err, transfer.ErrAmount) {
			t.Fatalf("alice gives bob %d points, which would take from bob or mean nothing: Transfer returns the error %v, want ErrAmount", points, err)
		}
		b.is("after ErrAmount nothing must have changed", 0, 10)
	}
}

func TestWhoeverGivesToOneselfHasTheSame(t *testing.T) {
	b := start(t, 10, 0)
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.alice, 4); err != nil {
		t.Fatalf("alice has 10 points and gives 4 of them to herself: Transfer fails: %v", err)
	}
	b.is("alice had 10 points and gave 4 of them to herself", 10, 0)
}

func TestSomebodySpendsThePointsMeanwhile(t *testing.T) {
	b := start(t, 10, 0)
	b.hook.beforeWrite = func() { b.db.DecrBy(t.Context(), b.alice, 8) }
	err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 7)
	if err == nil {
		b.is("alice had 10 points, and spent 8 of them right before Transfer took 7", 2, 0)
	}
	if !errors.Is(err, transfer.ErrTooFew) {
		t.Fatalf("alice had 10 points, and spent 8 of them right before Transfer took 7: Transfer returns the error %v, want ErrTooFew", err)
	}
	b.is("after ErrTooFew nothing but what was spent must have changed", 2, 0)
}

func TestSomebodyGivesPointsMeanwhile(t *testing.T) {
	b := start(t, 10, 0)
	b.hook.beforeWrite = func() {
		b.db.IncrBy(t.Context(), b.alice, 1)
		b.db.IncrBy(t.Context(), b.bob, 100)
	}
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 7); err != nil {
		t.Fatalf("somebody gave alice a point right before Transfer wrote, and she has enough: Transfer gives up: %v", err)
	}
	b.is("alice had 10 points and gave bob 7, and right before that alice was given 1 point and bob 100", 4, 107)
}

func TestPointsAreOnlyEverInOnePlace(t *testing.T) {
	b := start(t, 10, 0)
	b.hook.afterStep = func() {
		if alice, bob := b.has(); alice+bob != 10 || alice < 0 || bob < 0 {
			t.Errorf("between two steps of Transfer others see %d points at alice and %d at bob: the sum must be 10 at each moment", alice, bob)
		}
	}
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 7); err != nil {
		t.Fatalf("alice has 10 points and gives bob 7: Transfer fails: %v", err)
	}
	if err := transfer.Transfer(t.Context(), b.watched, b.alice, b.bob, 7); !errors.Is(err, transfer.ErrTooFew) {
		t.Fatalf("alice has 3 points and wants to give 7: Transfer returns the error %v, want ErrTooFew", err)
	}
}

func TestCallersAtTheSameTime(t *testing.T) {
	b := start(t, 20, 20)
	var together errgroup.Group
	for i := range 8 {
		from, to := b.alice, b.bob
		if i%2 == 1 {
			from, to = to, from
		}
		together.Go(func() error {
			for range 20 {
				if err := transfer.Transfer(t.Context(), b.watched, from, to, 3); err != nil && !errors.Is(err, transfer.ErrTooFew) {
					return err
				}
			}
			return nil
		})
	}
	if err := together.Wait(); err != nil {
		t.Fatalf("8 callers transfer at the same time, and one gives up: %v", err)
	}
	if alice, bob := b.has(); alice+bob != 40 || alice < 0 || bob < 0 {
		t.Fatalf("alice and bob had 20 points each, and 8 callers have transferred at the same time: now they have %d and %d, want 40 together, and none below 0", alice, bob)
	}
}
