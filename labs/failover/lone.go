package failover

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/sentinel"
)

// dismiss ends the Sentinels that there are: they would have a say in what happens.
func (b *bench) dismiss() error {
	for i := range b.servers.Sentinels() {
		if err := b.servers.KillSentinel(i); err != nil {
			return err
		}
	}
	return nil
}

// watch starts a Sentinel that decides alone: one is enough to see what it says. It is new, so it knows nothing but the master's address,
// and whatever the settings say. A server that gives no answer for downAfter is down.
func (b *bench) watch(master string, downAfter time.Duration, settings ...string) (err error) {
	if b.lone != nil {
		if err := b.lone.Close(); err != nil {
			return err
		}
	}
	host, port, _ := net.SplitHostPort(master)
	name := b.servers.Name()
	b.lone, err = launch.StartProcess(b.ctx, launch.ProcessOptions{Sentinel: append(slices.Clone(settings),
		fmt.Sprintf("sentinel monitor %s %s %s 1", name, host, port),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", name, downAfter.Milliseconds()),
	)})
	return err
}

// asked are the options of whoever asks that Sentinel.
func (b *bench) asked() sentinel.Options {
	return sentinel.Options{Addrs: []string{b.lone.Addr()}, Name: b.servers.Name()}
}

// view is what it says; nothing, while it does not answer.
func (b *bench) view() sentinel.View {
	v, _ := sentinel.Find(b.ctx, b.asked())
	return v
}

// client asks it anything else.
func (b *bench) client() *redis.SentinelClient {
	return redis.NewSentinelClient(dial.Once(redis.Options{Addr: b.lone.Addr(), Protocol: 2, DialTimeout: patience, ReadTimeout: patience}))
}

// failOver has it make another server the master.
func (b *bench) failOver() error {
	c := b.client()
	defer c.Close()
	return c.Failover(b.ctx, b.servers.Name()).Err()
}

// down is how many replicas are down, as it sees them.
func (b *bench) down() (n int) {
	c := b.client()
	defer c.Close()
	replicas, _ := c.Replicas(b.ctx, b.servers.Name()).Result() // none, while it does not answer
	for _, r := range replicas {
		if slices.Contains(strings.Split(r["flags"], ","), "s_down") {
			n++
		}
	}
	return n
}

// beCalm has it wait as long as we do before a server is down. It makes another one the master when it is told to, and only then.
func (b *bench) beCalm() error {
	c := b.client()
	defer c.Close()
	return c.Set(b.ctx, b.servers.Name(), "down-after-milliseconds", fmt.Sprint(patience.Milliseconds())).Err()
}

// knows waits until it says of so many replicas that they are linked.
func (b *bench) knows(linked int) error {
	return b.until("the Sentinel knows the replicas", func() bool { return b.linked() >= linked })
}

func (b *bench) linked() (n int) {
	for _, r := range b.view().Replicas {
		if r.Linked {
			n++
		}
	}
	return n
}

// announce has replica i tell its master, server of, that it is at addr. A replica does so when it links itself to the master, which it
// does anew now.
func (b *bench) announce(i, of int, addr string) error {
	if err := b.until("the replica is linked", func() bool { return b.role(i).Link == replication.Connected }); err != nil {
		return err // what it announces goes with the next link: one that is under way would not tell it
	}
	host, port, _ := net.SplitHostPort(addr)
	c := b.server(i)
	defer c.Close()
	for _, setting := range [][2]string{{"replica-announce-ip", host}, {"replica-announce-port", port}} {
		if err := c.ConfigSet(b.ctx, setting[0], setting[1]).Err(); err != nil {
			return err
		}
	}
	if err := c.ClientKillByFilter(b.ctx, "TYPE", "master").Err(); err != nil {
		return err
	}
	return b.until("the master lists the replica as "+addr, func() bool {
		for _, r := range b.role(of).Replicas {
			if r.Addr == addr {
				return true
			}
		}
		return false
	})
}

// nowhere is an address at which nobody is.
func nowhere() (addr string, err error) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{}) // it draws a port that nobody gets for a connection of theirs
	if err != nil {
		return "", err
	}
	return s.Addr(), s.Close()
}

// portOf is the port of host:port.
func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
