package failover

import (
	"time"

	"example.com/redis-chat/02-replication/watched"
)

func options(downAfter time.Duration) watched.Options { return watched.Options{DownAfter: downAfter} }

// isolated is a master without replicas, as one that is cut off from them, with the setting that is to stop it.
var isolated = Experiment{
	Name:    "isolated",
	Predict: "min-replicas-to-write 1 refuses writes at a master that no replica follows. Does it refuse PUBLISH?",
	run: func(b *bench) error {
		master := b.server(0)
		defer master.Close()
		for _, setting := range [][2]string{{"min-replicas-to-write", "1"}, {"min-replicas-max-lag", "1"}} {
			if err := master.ConfigSet(b.ctx, setting[0], setting[1]).Err(); err != nil {
				return err
			}
		}
		for i := range b.servers.Sentinels() { // nobody is to make another master of it here
			if err := b.servers.KillSentinel(i); err != nil {
				return err
			}
		}
		b.restart("both replicas are killed")
		for _, i := range []int{1, 2} {
			if err := b.servers.Kill(i); err != nil {
				return err
			}
		}
		if err := b.until("the master refuses a write", func() bool { return master.Set(b.ctx, "key", "value", time.Minute).Err() != nil }); err != nil {
			return err
		}
		b.note("SET:     %v", master.Set(b.ctx, "key", "value", time.Minute).Err())
		taken, err := master.Publish(b.ctx, "news", "x").Result()
		b.note("PUBLISH: error %v, %d got it here", err, taken)
		b.note("ROLE:    %s with %d replicas", b.role(0).Name, len(b.role(0).Replicas))
		n, err := master.Wait(b.ctx, 1, 100*time.Millisecond).Result()
		b.note("WAIT 1:  %d, error %v", n, err)
		return nil
	},
}
