package topology

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Cut gives the replica a user name that the master does not know and drops its link: the replica asks again every second and
// is refused. So it still knows its master (REPLICAOF another address would make it forget), and what it has of the
// stream (REPLICAOF NO ONE would make it a master), and after Mend a partial resync is enough.
func (t *processes) Cut(i int) error {
	if i == 0 {
		return errors.New("cut: server 0 is the master, which has no link of its own; cut its replicas")
	}
	s, err := t.alive(i, "cut")
	if err != nil {
		return err
	}
	err = configure(s.Addr(), "nobody", "x", func(ctx context.Context, client *redis.Client) error {
		return client.ClientKillByFilter(ctx, "TYPE", "master").Err()
	})
	if err != nil {
		return fmt.Errorf("cut replica %s off: %w", s.Addr(), err)
	}
	return nil
}

// Mend takes up to a second: the replica asks for its master once a second.
func (t *processes) Mend(ctx context.Context, i int) error {
	s, err := t.alive(i, "mend")
	if err != nil || i == 0 {
		return err
	}
	if err := configure(s.Addr(), "", "", nil); err != nil {
		return fmt.Errorf("link replica %s again: %w", s.Addr(), err)
	}
	return t.prove(ctx, i)
}

// configure sets the name and password that a replica shows its master.
func configure(addr, user, password string, then func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	client := redis.NewClient(dial.Login{}.Options(addr))
	defer client.Close()
	for _, set := range [][2]string{{"masteruser", user}, {"masterauth", password}} {
		if err := client.ConfigSet(ctx, set[0], set[1]).Err(); err != nil {
			return err
		}
	}
	if then == nil {
		return nil
	}
	return then(ctx, client)
}
