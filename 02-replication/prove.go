package replication

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// probeChannel is where the proof's messages go.
const probeChannel = "workbook:probe"

// AwaitReplicas returns when a message published at the master has been processed by so many replicas. It is the only proof:
// INFO's master_link_status:up can be a second early, as a replica may count as linked before the stream flows.
//
// ctx limits it; without a deadline it can wait for ever. With ErrReplica it ends at once: what is named as master is a replica.
func AwaitReplicas(ctx context.Context, master string, replicas int) error {
	client := connect(master)
	defer client.Close()
	for {
		reached, err := publishAndWait(ctx, client, replicas)
		switch {
		case err == nil && reached >= replicas:
			return nil
		case errors.Is(err, ErrReplica): // waiting does not make it a master
			return fmt.Errorf("wait for the replicas of %s: %w: name its master", master, err)
		}
		select {
		case <-ctx.Done():
			cause := context.Cause(ctx)
			if err == nil {
				return fmt.Errorf("wait for the replicas of %s: a message reached %d of %d: %w", master, reached, replicas, cause)
			}
			return fmt.Errorf("wait for the replicas of %s: %w (%w)", master, err, cause)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// AwaitReplica returns when a message published at the master has been processed by the replica at addr, whatever the others
// do. running says whether that replica is still there to be waited for: when it is not, waiting ends with an error.
//
// ctx limits it; without a deadline it can wait as long as the replica runs. With ErrReplica it ends at once, as AwaitReplicas does.
func AwaitReplica(ctx context.Context, master, addr string, running func() bool) error {
	client := connect(master)
	defer client.Close()
	for {
		err := publishAndLook(ctx, client, addr)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrReplica):
			return fmt.Errorf("wait for the replica %s: ask %s: %w: name its master", addr, master, err)
		case !running():
			return fmt.Errorf("wait for the replica %s: it is not running any more", addr)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the replica %s: %w (%w)", addr, err, context.Cause(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// publishAndLook is nil when the master says that the replica has acknowledged what was published.
func publishAndLook(ctx context.Context, client *redis.Client, addr string) error {
	conn := client.Conn() // WAIT speaks of what its own connection has written
	defer conn.Close()
	if err := conn.Publish(ctx, probeChannel, "").Err(); err != nil {
		return err
	}
	published, err := ReadRole(ctx, conn)
	if err != nil {
		return err
	}
	// WAIT makes replicas acknowledge at once, which they do else once a second. Another that is frozen costs its 100 ms.
	if _, err := Wait(ctx, conn, len(published.Replicas), 100*time.Millisecond); err != nil {
		return err
	}
	now, err := ReadRole(ctx, conn)
	if err != nil {
		return err
	}
	for _, r := range now.Replicas {
		if r.Addr == addr && r.Offset >= published.Offset {
			return nil
		}
	}
	return fmt.Errorf("the master %s has no acknowledgement from it", client.Options().Addr)
}

// publishAndWait sends PUBLISH and WAIT on one connection: WAIT speaks of what its own connection has written.
func publishAndWait(ctx context.Context, client *redis.Client, replicas int) (reached int, err error) {
	conn := client.Conn()
	defer conn.Close()
	if err := conn.Publish(ctx, probeChannel, "").Err(); err != nil {
		return 0, err
	}
	return Wait(ctx, conn, replicas, 100*time.Millisecond)
}

// Wait asks by WAIT how many replicas have processed all that conn has written. The server answers as soon as n have, or when
// the time is over, which Redis counts in whole milliseconds: 0 is no limit.
//
// ErrReplica is in the error when the server says that it is a replica. So it was one already when it took what conn published
// last, or was made one right after that: a failover does it while a PUBLISH is on its way, and no connection closes.
func Wait(ctx context.Context, conn *redis.Conn, n int, limit time.Duration) (reached int, err error) {
	answer, err := conn.Wait(ctx, n, limit).Result()
	if redis.HasErrorPrefix(err, "WAIT cannot be used with replica") {
		err = fmt.Errorf("%w (%w)", ErrReplica, err)
	}
	return int(answer), err
}

// connect gives a client that neither hangs nor tries again by itself.
func connect(addr string) *redis.Client { return redis.NewClient(dial.Login{}.Options(addr)) }
