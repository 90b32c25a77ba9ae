package basics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
)

// The section persistence writes so many messages, and takes a snapshot after
// the first 600 where there are snapshots.
const (
	savedMessages  = 1000
	beforeSnapshot = 600
)

// ending is one experiment: how the server saves, and how it ends.
type ending struct {
	saves    string
	args     []string
	snapshot bool
	kill     bool
}

var (
	// A snapshot is due an hour after a change: within the experiment only
	// SAVE and a clean stop take one.
	rdb = []string{"--save", "3600", "1"}
	// everysec is the default: written after each command, forced to the disk
	// once a second.
	aof = []string{"--appendonly", "yes", "--appendfsync", "everysec"}

	endings = []ending{
		{saves: "nothing"},
		{saves: "RDB, snapshot at 600", args: rdb, snapshot: true},
		{saves: "AOF, everysec", args: aof},
		{saves: "RDB, snapshot at 600", args: rdb, snapshot: true, kill: true},
		{saves: "AOF, everysec", args: aof, kill: true},
	}
)

// tourPersistence stops and kills real servers and counts what they remember.
func tourPersistence(ctx context.Context, t *Tour) error {
	if t.options.Backend.Kind != launch.KindServer {
		t.Say("Redis keeps its data in memory and can save it in two ways: RDB, a snapshot of everything now and then,\n"+
			"and AOF, a file to which each write is appended. Here a server of our own would get %d messages, be\n"+
			"stopped or killed with kill -9, and start again; the survivors would be counted with neither, with RDB and\n"+
			"with AOF. An embedded server saves nothing, and a running one is not ours to kill. With\n"+
			"redis-server or valkey-server:\n"+
			"go run ./01-redis-basics/cmd/tour -redis server persistence", savedMessages)
		return nil
	}
	t.Say("A server gets %d messages, ends, and starts again. RDB saves a snapshot of everything: here after %d\n"+
		"messages, and at a clean stop. AOF appends each write to a file.", savedMessages, beforeSnapshot)
	if err := t.Predict(ctx, "how many survive? Nothing saved and a clean stop; RDB, AOF and a clean stop; RDB, AOF and kill -9."); err != nil {
		return err
	}
	rows := make([]string, 0, len(endings))
	for _, e := range endings {
		how := "clean stop"
		if e.kill {
			how = "kill -9"
		}
		t.printf("\n")
		t.Say("Saves: %s. Ends: %s.", e.saves, how)
		survived, bytes, err := e.survivors(ctx, t)
		if err != nil {
			return fmt.Errorf("saves %s, %s: %w", e.saves, how, err)
		}
		rows = append(rows, fmt.Sprintf("%-22s %-12s %8d %9d %9d", e.saves, how, savedMessages, survived, bytes))
	}
	t.printf("\n%-22s %-12s %8s %9s %9s\n", "the server saves", "it ends by", "written", "survived", "on disk")
	for _, row := range rows {
		t.printf("%s\n", row)
	}
	t.Say("AOF loses nothing at kill -9, though it is forced to the disk only once a second: what it has written is\n" +
		"with the operating system, which outlives the process. A power loss is another matter: then everysec can\n" +
		"lose about the last second; appendfsync always would not, at the price of waiting for the disk each time.")
	return nil
}

// survivors writes, ends the server, starts it again, and counts.
func (e ending) survivors(ctx context.Context, t *Tour) (n, onDisk int64, err error) {
	p, err := launch.StartProcess(ctx, launch.ProcessOptions{Args: e.args})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := e.write(ctx, t, p.Addr()); err != nil {
		return 0, 0, err
	}
	end := func() error { return p.Stop(ctx) }
	if e.kill {
		end = p.Kill
	}
	if err := end(); err != nil {
		return 0, 0, err
	}
	if onDisk, err = saved(filepath.Dir(p.LogFile())); err != nil {
		return 0, 0, err
	}
	if err := p.Restart(ctx); err != nil {
		return 0, 0, err
	}
	c, err := t.transcribed(ctx, p.Addr())
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	size := c.DBSize(ctx)
	return size.Val(), onDisk, failed(size)
}

func (e ending) write(ctx context.Context, t *Tour, addr string) error {
	c, err := t.transcribed(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	quiet := t.client(addr, &Tap{})
	defer quiet.Close()
	if err := writeMessages(ctx, quiet, 0, beforeSnapshot); err != nil {
		return err
	}
	if e.snapshot {
		if err := failed(c.Save(ctx)); err != nil {
			return err
		}
	}
	if err := writeMessages(ctx, quiet, beforeSnapshot, savedMessages); err != nil {
		return err
	}
	return failed(c.DBSize(ctx))
}

// writeMessages waits for each answer: only confirmed messages count as
// written.
func writeMessages(ctx context.Context, c *redis.Client, from, to int) error {
	for i := from; i < to; i++ {
		if err := c.Set(ctx, fmt.Sprintf("message:%d", i), "hello", 0).Err(); err != nil {
			return err
		}
	}
	return nil
}

// saved is the size, in bytes, of all that a server has left in its folder,
// except its log.
func saved(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "redis.log" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}
