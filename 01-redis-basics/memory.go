package basics

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/redis-chat/01-redis-basics/launch"
)

// memoryLimit is what the server of fillMemory may use; it needs about 1 MB
// for itself.
const memoryLimit = "4mb"

// fillMemory writes into a server with little memory until it refuses.
func fillMemory(ctx context.Context, t *Tour) (err error) {
	if t.options.Backend.Kind != launch.KindServer {
		t.Say("And when the memory is full? A server of our own with --maxmemory %s is filled with values of 1,000\n"+
			"bytes until it refuses. This needs redis-server or valkey-server:\n"+
			"go run ./01-redis-basics/cmd/tour -redis server keyvalue", memoryLimit)
		return nil
	}
	t.Say("And when the memory is full? A server with --maxmemory %s gets values of 1,000 bytes until it refuses.\n"+
		"Predict how many it takes.", memoryLimit)
	p, err := launch.StartProcess(ctx, launch.ProcessOptions{Args: []string{"--maxmemory", memoryLimit}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	quiet := t.client(p.Addr(), &Tap{})
	defer quiet.Close()
	value, n := strings.Repeat("x", 1000), 0
	for err == nil {
		if err = quiet.Set(ctx, fmt.Sprintf("message:%d", n), value, 0).Err(); err == nil {
			n++
		}
	}
	if !strings.HasPrefix(err.Error(), "OOM ") {
		return err
	}
	c, err := t.transcribed(ctx, p.Addr())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := refused(c.Set(ctx, "one-more", value[:10], 0)); err != nil {
		return err
	}
	if err := failed(c.DBSize(ctx)); err != nil {
		return err
	}
	t.Say("It took %d values, %d kB of data. Reading and removing still work. A setting (maxmemory-policy)\n"+
		"lets a server drop values instead of refusing new ones.", n, n)
	return nil
}
