package rename_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/exercises/rename"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// chat are rooms of this test's own. Whatever the learner's Rename sends goes through hook.
type chat struct {
	t     *testing.T
	db    *redis.Client // the test's own way
	rooms rename.Rooms
	hook  *beforeTheWrite
}

func start(t *testing.T) *chat {
	db, prefix := redistest.Start(t), redistest.Prefix(t)
	c := &chat{t: t, db: db, hook: &beforeTheWrite{}}
	options := *db.Options()
	c.rooms = rename.Rooms{DB: redis.NewClient(&options), Prefix: prefix}
	c.rooms.DB.AddHook(c.hook)
	t.Cleanup(func() {
		c.rooms.DB.Close()
		ctx := context.WithoutCancel(t.Context())
		for _, room := range []string{"lobby", "lounge", "go", "loby"} {
			db.Del(ctx, c.rooms.Members(room))
		}
		db.Del(ctx, c.rooms.Names())
	})
	return c
}

// open writes a room as the chat does: its name, and its members.
func (c *chat) open(room string, members ...string) {
	c.db.SAdd(c.t.Context(), c.rooms.Names(), room)
	for _, m := range members {
		c.db.SAdd(c.t.Context(), c.rooms.Members(room), m)
	}
}

// is fails the test unless there are exactly these rooms: "lobby(alice bob)".
func (c *chat) is(when string, want ...string) {
	c.t.Helper()
	var got []string
	for _, room := range c.db.SMembers(c.t.Context(), c.rooms.Names()).Val() {
		members := c.db.SMembers(c.t.Context(), c.rooms.Members(room)).Val()
		slices.Sort(members)
		got = append(got, room+"("+strings.Join(members, " ")+")")
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		c.t.Fatalf("%s: the rooms and their members are %v, want %v", when, got, want)
	}
}

// beforeTheWrite does something once, right before the first EXEC, or the first command that writes.
type beforeTheWrite struct {
	once sync.Once
	do   func()
}

func (*beforeTheWrite) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *beforeTheWrite) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		h.see(cmd)
		return next(ctx, cmd)
	}
}

func (h *beforeTheWrite) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		h.see(cmds...)
		return next(ctx, cmds)
	}
}

func (h *beforeTheWrite) see(cmds ...redis.Cmder) {
	writes := []string{"srem", "sadd", "smove", "rename", "renamenx", "sunionstore", "del", "unlink", "eval", "evalsha"}
	for _, cmd := range cmds {
		if h.do != nil && slices.Contains(writes, strings.ToLower(cmd.Name())) {
			h.once.Do(h.do)
		}
	}
}

func TestARoomThatIsNotThereIsNotRenamed(t *testing.T) {
	c := start(t)
	c.open("lobby", "alice", "bob")
	if err := c.rooms.Rename(t.Context(), "lobby", "lounge"); err != nil {
		t.Fatalf("lobby is there, and lounge is free: Rename fails: %v", err)
	}
	c.is("after lobby was renamed to lounge", "lounge(alice bob)")
	err := c.rooms.Rename(t.Context(), "loby", "go")
	if !errors.Is(err, rename.ErrNoRoom) {
		t.Fatalf("there is no room loby: Rename returns the error %v, want ErrNoRoom", err)
	}
	c.is("after an error nothing must have changed, and Rename of a room that is not there has", "lounge(alice bob)")
}

func TestATakenNameIsNotGivenTwice(t *testing.T) {
	c := start(t)
	c.open("lobby", "alice", "bob")
	c.open("go", "carol")
	err := c.rooms.Rename(t.Context(), "lobby", "go")
	c.is("there is a room go already, and after Rename of lobby to go somebody has lost a room", "go(carol)", "lobby(alice bob)")
	if !errors.Is(err, rename.ErrTaken) {
		t.Fatalf("there is a room go already: Rename of lobby to go returns the error %v, want ErrTaken", err)
	}
}

func TestAnEmptyRoomIsRenamed(t *testing.T) {
	c := start(t)
	c.open("lobby") // everybody has left
	if err := c.rooms.Rename(t.Context(), "lobby", "lounge"); err != nil {
		t.Fatalf("lobby is a room that everybody has left: Rename to lounge fails: %v", err)
	}
	c.is("after lobby, which everybody has left, was renamed to lounge", "lounge()")
}

func TestSomebodyTakesTheNameMeanwhile(t *testing.T) {
	c := start(t)
	c.open("lobby", "alice", "bob")
	c.hook.do = func() { c.open("lounge", "carol") }
	err := c.rooms.Rename(t.Context(), "lobby", "lounge")
	c.is("carol opened lounge right before Rename of lobby to lounge wrote, and one of the two rooms is gone", "lobby(alice bob)", "lounge(carol)")
	if !errors.Is(err, rename.ErrTaken) {
		t.Fatalf("carol opened lounge right before Rename of lobby to lounge wrote: Rename returns the error %v, want ErrTaken", err)
	}
}

func TestTheLastMemberLeavesMeanwhile(t *testing.T) {
	c := start(t)
	c.open("lobby", "alice")
	c.hook.do = func() { c.db.SRem(t.Context(), c.rooms.Members("lobby"), "alice") }
	if err := c.rooms.Rename(t.Context(), "lobby", "lounge"); err != nil {
		t.Fatalf("alice, the last member, left right before Rename wrote, and Rename fails, half done: %v", err)
	}
	c.is("after alice, the last member, left lobby and it was renamed to lounge", "lounge()")
}
