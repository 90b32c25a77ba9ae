package failover

import (
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// twoMasters is a planned failover, seen from a publisher that stays at the old master.
var twoMasters = Experiment{
	Name:    "two-masters",
	Predict: "SENTINEL FAILOVER makes a replica the master. For how long does the old one still say yes to PUBLISH, and to whom do its messages go?",
	run: func(b *bench) error {
		old := b.server(0)
		defer old.Close()
		conn := old.Conn() // WAIT speaks of its own connection
		defer conn.Close()
		b.restart("SENTINEL FAILOVER")
		if err := b.servers.FailOver(b.ctx); err != nil {
			return err
		}
		promoted, err := b.newMaster()
		if err != nil {
			return err
		}
		b.note("server %d is the master, says its ROLE", promoted)
		ear := b.server(promoted)
		defer ear.Close()
		heard := ear.Subscribe(b.ctx, "news")
		defer heard.Close()
		if _, err := heard.Receive(b.ctx); err != nil {
			return fmt.Errorf("subscribe at the new master: %w", err)
		}
		yes, waited, left := 0, 0, false
		err = b.until("the old master is a replica", func() bool {
			reply := publishAndWait(b, conn)
			if reply.role != replication.Master {
				return true
			}
			if yes++; reply.replicas > 0 {
				waited++
			} else if !left {
				left = true
				b.note("the old master has no replica any more, says its ROLE")
			}
			return false
		})
		if err != nil {
			return err
		}
		b.note("the old master is a replica. It had said yes to %d messages; WAIT 1 said that a replica has it for %d of them", yes, waited)
		b.note("at the new master arrived: %d", received(b, heard))
		return nil
	},
}

type answer struct {
	role     string
	replicas int64 // WAIT's answer
}

// publishAndWait publishes, and asks behind it for a replica and for the role.
func publishAndWait(b *bench, conn *redis.Conn) answer {
	pipe := conn.Pipeline()
	pipe.Publish(b.ctx, "news", "x")
	wait := redis.NewIntCmd(b.ctx, "WAIT", 1, 1)
	_ = pipe.Process(b.ctx, wait)
	role := replication.NewRoleCmd(b.ctx)
	_ = pipe.Process(b.ctx, role)
	_, _ = pipe.Exec(b.ctx)
	r, err := replication.RoleOf(role)
	if err != nil {
		return answer{}
	}
	return answer{r.Name, wait.Val()}
}

// received counts what has come by now.
func received(b *bench, s *redis.PubSub) (n int) {
	for {
		m, err := s.ReceiveTimeout(b.ctx, 100*time.Millisecond)
		if err != nil {
			return n
		}
		if _, ok := m.(*redis.Message); ok {
			n++
		}
	}
}
