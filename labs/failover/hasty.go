package failover

import (
	"context"
	"time"

	"example.com/redis-chat/02-replication/sentinel"
)

// hasty is a Sentinel that takes a short pause for a death.
var hasty = Experiment{
	Name:    "hasty",
	Predict: "down-after-milliseconds is " + patienceWord + ", and the master does nothing for a moment, as a busy machine does. How short a moment is enough to replace it?",
	Options: options(100 * time.Millisecond),
	run: func(b *bench) error {
		ctx, stop := context.WithCancel(b.ctx)
		watcher, err := sentinel.Watch(ctx, sentinel.Options{Addrs: b.servers.Sentinels(), Name: b.servers.Name(), Poll: 20 * time.Millisecond})
		if err != nil {
			stop()
			return err
		}
		defer watcher.Wait()
		defer stop()
		b.restart("the master stops")
		if err := b.servers.Freeze(0); err != nil {
			return err
		}
		decided := func() bool {
			v, _ := watcher.View()
			return v.Moving || v.Master != "" && v.Master != b.servers.Addrs()[0]
		}
		if err := b.until("the Sentinels have decided", decided); err != nil {
			return err
		}
		b.note("the Sentinels have decided to replace it")
		promoted, err := b.newMaster()
		if err != nil {
			return err
		}
		b.note("server %d is the master", promoted)
		if err := b.servers.Thaw(0); err != nil {
			return err
		}
		b.note("the old one goes on, in good health")
		if err := b.until("the old master is a replica", func() bool { return b.role(0).Master != "" }); err != nil {
			return err
		}
		b.note("the old master hears of it, and is a replica; what it took until then is thrown away")
		return nil
	},
}
