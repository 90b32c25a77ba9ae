package failover

import (
	"fmt"
	"net"
)

const resolve, announceNames = "sentinel resolve-hostnames yes", "sentinel announce-hostnames yes"

// names are for servers whose addresses change.
var names = Experiment{
	Name: "names",
	Predict: "A Sentinel is told the master's name, here localhost. What does it answer when it is asked for the master: with resolve-hostnames, with announce-hostnames as well, " +
		"with neither? And after a failover?",
	run: func(b *bench) error {
		if err := b.dismiss(); err != nil {
			return err
		}
		if err := b.listenByName(); err != nil {
			return err
		}
		b.restart("sentinel monitor %s localhost %s 1", b.servers.Name(), portOf(b.byName(0)))
		b.note("with neither: %v", said(b.watch(b.byName(0), patience)))
		for _, settings := range [][]string{{resolve}, {resolve, announceNames}} {
			if err := b.watch(b.byName(0), patience, settings...); err != nil {
				return err
			}
			if err := b.knows(2); err != nil {
				return err
			}
			v := b.view()
			follow := 0
			for _, r := range v.Replicas {
				if r.Master == v.Master {
					follow++
				}
			}
			b.note("with %s: it says %s; our follower finds %d replicas of that master", lastWords(settings), v.Master, follow)
		}
		promoted, err := b.failOverFrom(b.view().Master)
		if err != nil {
			return err
		}
		b.note("server %d has become the master: it says %s", promoted, b.view().Master)
		return b.announceName(3-promoted, promoted)
	},
}

// announceName has a replica announce its name, and makes it the master.
func (b *bench) announceName(replica, master int) error {
	err := b.until("the replica follows", func() bool { return portOf(b.role(replica).Master) == portOf(b.servers.Addrs()[master]) })
	if err != nil {
		return err
	}
	if err := b.announce(replica, master, b.byName(replica)); err != nil {
		return err
	}
	if err := b.watch(b.byName(master), patience, resolve, announceNames); err != nil {
		return err
	}
	if err := b.knows(1); err != nil {
		return err
	}
	if _, err := b.failOverFrom(b.view().Master); err != nil {
		return err
	}
	b.note("server %d, which announces its name (replica-announce-ip localhost), has become the master: it says %s", replica, b.view().Master)
	return nil
}

// byName is a server's address with a name.
func (b *bench) byName(i int) string {
	return net.JoinHostPort("localhost", portOf(b.servers.Addrs()[i]))
}

// listenByName has the servers listen wherever that name may lead.
func (b *bench) listenByName() error {
	for i := range b.servers.Addrs() {
		c := b.server(i)
		err := c.ConfigSet(b.ctx, "bind", "127.0.0.1 -::1").Err()
		_ = c.Close()
		if err != nil {
			return fmt.Errorf("have server %d listen at localhost: %w (Redis 7 or newer can)", i, err)
		}
	}
	return nil
}

// failOverFrom has the Sentinel make another server the master, and waits until it names it.
func (b *bench) failOverFrom(master string) (promoted int, err error) {
	if err := b.failOver(); err != nil {
		return 0, err
	}
	err = b.until("the Sentinel names another master", func() bool {
		now := b.view().Master
		for i, addr := range b.servers.Addrs() {
			if now != "" && portOf(now) != portOf(master) && portOf(addr) == portOf(now) {
				promoted = i
			}
		}
		return promoted > 0
	})
	return promoted, err
}

// lastWords names settings.
func lastWords(settings []string) (names string) {
	for i, s := range settings {
		if i > 0 {
			names += " and "
		}
		names += s[len("sentinel "):]
	}
	return names
}
