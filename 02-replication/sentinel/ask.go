package sentinel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// ErrUnknownMaster is in the error of a Sentinel that watches no master of that name.
var ErrUnknownMaster = errors.New("it watches no master of that name")

// Find asks all Sentinels at once where the master is, and again while they are about to make another server the master, until
// ctx ends. It is for whoever wants to know it once; a program that runs on uses Watch.
func Find(ctx context.Context, o Options) (View, error) {
	const pause = 50 * time.Millisecond
	for {
		view, err := askAll(ctx, o)
		if err != nil || !view.Moving {
			return view, err
		}
		select {
		case <-ctx.Done():
			return view, fmt.Errorf("find the master %s: another server is about to become it: %w", o.withDefaults().Name, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// askAll returns an error only when none answers.
func askAll(ctx context.Context, o Options) (View, error) {
	o = o.withDefaults()
	if len(o.Addrs) == 0 {
		return View{}, errNobody
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	all, errs := make([]said, len(o.Addrs)), make([]error, len(o.Addrs))
	var asking sync.WaitGroup
	for i, addr := range o.Addrs {
		asking.Go(func() {
			client := o.client(addr)
			defer client.Close()
			var err error
			if all[i], err = ask(ctx, client, o.Name); err != nil {
				errs[i] = o.explain(addr, err)
			}
		})
	}
	asking.Wait()
	view := merge(all, time.Now())
	if view.Master == "" {
		return view, errs[0] // one tells enough
	}
	return view, nil
}

// explain makes a sentence of why a Sentinel gives no answer.
func (o Options) explain(addr string, err error) error {
	switch {
	case errors.Is(err, ErrUnknownMaster):
		return fmt.Errorf("ask the Sentinel at %s for %s: %w: see its \"sentinel monitor\"", addr, o.Name, err)
	case strings.HasPrefix(err.Error(), "ERR unknown command"):
		return fmt.Errorf("ask the Sentinel at %s: this is a Redis server, and no Sentinel: those are usually at port 26379", addr)
	}
	return fmt.Errorf("ask the Sentinel at %s: %w", addr, dial.Explain(context.Background(), nil, err))
}

func ask(ctx context.Context, c *redis.SentinelClient, name string) (said, error) {
	addr, err := c.GetMasterAddrByName(ctx, name).Result()
	if errors.Is(err, redis.Nil) {
		return said{}, ErrUnknownMaster
	}
	if err != nil {
		return said{}, err
	}
	master, err := c.Master(ctx, name).Result()
	if err != nil {
		return said{}, err
	}
	replicas, err := c.Replicas(ctx, name).Result()
	if err != nil {
		return said{}, err
	}
	if len(addr) != 2 {
		return said{}, fmt.Errorf("%w: an address of %d parts", dial.ErrReply, len(addr))
	}
	s := said{
		asked:  map[string]time.Time{},
		at:     time.Now(),
		master: net.JoinHostPort(addr[0], addr[1]),
		former: net.JoinHostPort(master["ip"], master["port"]),
		moving: has(master["flags"], "failover_in_progress"),
	}
	s.epoch, _ = strconv.ParseInt(master["config-epoch"], 10, 64)
	for _, fields := range replicas {
		r := replica(fields)
		if sameServer(ctx, r.Master, s.master) {
			r.Master = s.master
		}
		s.replicas = append(s.replicas, r)
		if ago, _ := strconv.ParseInt(fields["info-refresh"], 10, 64); ago > 0 { // milliseconds; 0: never
			s.asked[r.Addr] = s.at.Add(-time.Duration(ago) * time.Millisecond)
		}
		if s.moving && has(fields["flags"], "promoted") {
			s.next = r.Addr
		}
	}
	slices.SortFunc(s.replicas, func(a, b Replica) int { return strings.Compare(a.Addr, b.Addr) })
	return s, nil
}

// replica reads one item of SENTINEL REPLICAS: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
func replica(fields map[string]string) Replica {
	r := Replica{Addr: net.JoinHostPort(fields["ip"], fields["port"])}
	if host := fields["master-host"]; host != "" && host != "?" {
		r.Master = net.JoinHostPort(host, fields["master-port"])
	}
	r.Priority, _ = strconv.Atoi(fields["slave-priority"])
	flags := fields["flags"]
	r.Up = !has(flags, "s_down") && !has(flags, "o_down") && !has(flags, "disconnected")
	r.Linked = r.Up && fields["master-link-status"] == "ok" && fields["role-reported"] == "slave"
	return r
}

func has(flags, flag string) bool { return slices.Contains(strings.Split(flags, ","), flag) }
