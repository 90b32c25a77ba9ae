package faults

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/02-replication/sentinel"
	emitter "example.com/redis-chat/06-emitter"
)

// announcer is the emitter, at the master of the moment.
type announcer struct {
	*emitter.Emitter
	watcher *sentinel.Watcher // nil: the master stays where it is

	mu sync.Mutex
	at string // the master
}

func (c *crowd) startEmitter(ctx context.Context) {
	c.emit.at = c.stage.top.Addrs()[0]
	client := redis.NewClient(dial.Once(redis.Options{Addr: c.emit.at}))
	defer client.Close()
	c.emit.Emitter = emitter.New(client, emitter.Options{Timeout: 800 * time.Millisecond, Linger: time.Millisecond}).To(c.room)
	if c.stage.watched == nil {
		return
	}
	var err error
	c.emit.watcher, err = sentinel.Watch(ctx, sentinel.Options{Addrs: c.stage.watched.Sentinels(), Name: c.stage.watched.Name()})
	if err != nil {
		panic("faults: " + err.Error()) // it has Sentinels
	}
	c.running.Go(c.emit.watcher.Wait)
}

// atMaster gives the emitter. Where Sentinels say that another server is about to become the master, it waits for that.
func (a *announcer) atMaster(ctx context.Context) *emitter.Emitter {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.watcher != nil && ctx.Err() == nil {
		v, changed := a.watcher.View()
		if !v.Moving {
			a.goTo(v.Master)
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return a.Emitter
}

func (a *announcer) goTo(addr string) {
	if addr == "" || addr == a.at {
		return
	}
	client := redis.NewClient(&redis.Options{Addr: addr})
	defer client.Close()
	if a.Move(client) == nil {
		a.at = addr
	}
}
