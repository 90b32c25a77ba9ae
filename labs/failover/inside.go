package failover

import (
	"fmt"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// inside are servers and a Sentinel in a network of their own. Whoever is outside gets to the servers at other addresses.
var inside = Experiment{
	Name: "inside",
	Predict: "Servers and Sentinel are in a network of their own, and the replicas tell their addresses in it. There has been a failover. A node outside asks the Sentinel, " +
		"which it reaches: where does that send it, and what does it say? And go-redis' FailoverClient?",
	run: func(b *bench) error {
		if err := b.dismiss(); err != nil {
			return err
		}
		promoted, err := b.failOverInside()
		if err != nil {
			return err
		}
		inner, outer := b.doors[promoted].addr(), b.servers.Addrs()[promoted]
		b.restart("server %d is the master: at port %s inside, and at %s outside. From now on whoever comes is outside", promoted, portOf(inner), portOf(outer))
		for _, d := range b.doors {
			d.shut()
		}
		if err := b.comeFromOutside(); err != nil {
			return err
		}

		other := 3 - promoted
		b.restart("the Sentinel is told the master's outer address, and server %d announces its own", other)
		if err := b.tellOuter(promoted, other); err != nil {
			return err
		}
		if err := b.failOver(); err != nil {
			return err
		}
		if err := b.until("the Sentinel names the other one", func() bool { return b.view().Master == b.servers.Addrs()[other] }); err != nil {
			return err
		}
		b.note("there has been another failover: server %d is the master", other)
		return b.comeFromOutside()
	},
}

// failOverInside makes a replica the master, by a Sentinel that knows the replicas by their doors.
func (b *bench) failOverInside() (promoted int, err error) {
	for i := range b.servers.Addrs() {
		d, err := b.openDoor(i)
		if err == nil && i > 0 {
			err = b.announce(i, 0, d.addr())
		}
		if err != nil {
			return 0, err
		}
	}
	if err := b.watch(b.servers.Addrs()[0], patience); err != nil {
		return 0, err
	}
	if err := b.knows(2); err != nil {
		return 0, err
	}
	if err := b.failOver(); err != nil {
		return 0, err
	}
	if promoted, err = b.newMaster(); err != nil {
		return 0, err
	}
	door := b.doors[promoted].addr()
	err = b.until("the other replica follows the new master, and the Sentinel knows it", func() bool {
		role := b.role(3 - promoted)
		v := b.view()
		linked := false
		for _, r := range v.Replicas {
			linked = linked || r.Addr == b.doors[3-promoted].addr() && r.Linked && r.Master == door
		}
		return v.Master == door && linked && role.Master == door && role.Link == replication.Connected
	})
	return promoted, err
}

// tellOuter starts a Sentinel that knows both servers by the addresses that lead in from outside.
func (b *bench) tellOuter(master, replica int) error {
	addr := b.servers.Addrs()[master]
	host, port := "127.0.0.1", portOf(addr)
	c := b.server(replica)
	defer c.Close()
	if err := c.Do(b.ctx, "REPLICAOF", host, port).Err(); err != nil {
		return fmt.Errorf("have server %d follow the other one: %w", replica, err)
	}
	if err := b.announce(replica, master, b.servers.Addrs()[replica]); err != nil {
		return err
	}
	if err := b.watch(addr, patience); err != nil {
		return err
	}
	return b.knows(1)
}

// comeFromOutside asks the Sentinel where to go, as a FailoverClient and as a node do.
func (b *bench) comeFromOutside() error {
	b.note("SENTINEL GET-MASTER-ADDR-BY-NAME: %s", b.view().Master)
	client := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: b.servers.Name(), SentinelAddrs: b.asked().Addrs})
	defer client.Close()
	b.note("FailoverClient, PUBLISH: %v", said(client.Publish(b.ctx, "news", "x").Err()))
	sentence, err := b.joinAsNode()
	if err != nil {
		return err
	}
	b.note("a node: %s", sentence)
	return nil
}

func said(err error) string {
	if err == nil {
		return "taken"
	}
	return err.Error()
}
