package failover

import "time"

// mapped are replicas that tell a port at which nobody reaches them.
var mapped = Experiment{
	Name: "mapped",
	Predict: "Two replicas are in containers, with ports that are mapped. They tell their master the port that they know, their own; from outside nobody is there. " +
		"The Sentinel is outside. It is to make one of them the master: what does it do?",
	run: func(b *bench) error {
		if err := b.dismiss(); err != nil {
			return err
		}
		if err := b.announceNowhere(); err != nil {
			return err
		}
		if err := b.watch(b.servers.Addrs()[0], 3*time.Second); err != nil {
			return err
		}
		b.restart("the replicas are linked to the master, and announce ports that lead nowhere; a Sentinel watches the master")
		if err := b.until("the Sentinel gives up both", func() bool { return b.down() == 2 }); err != nil {
			return err
		}
		if err := b.beCalm(); err != nil {
			return err
		}
		b.note("it knows %d replicas, and reaches none; ROLE at the master: %d replicas", len(b.view().Replicas), len(b.role(0).Replicas))
		b.note("SENTINEL FAILOVER: %v", b.failOver())

		b.restart("now each announces the port at which it is reached (replica-announce-port)")
		for _, i := range []int{1, 2} {
			if err := b.announce(i, 0, b.servers.Addrs()[i]); err != nil {
				return err
			}
		}
		if err := b.knows(2); err != nil {
			return err
		}
		b.note("the Sentinel knows %d replicas, and reaches %d: it forgets none (SENTINEL RESET would)", len(b.view().Replicas), b.linked())
		b.restart("SENTINEL FAILOVER: %v", b.failOver())
		promoted, err := b.newMaster()
		if err != nil {
			return err
		}
		b.note("server %d is the master", promoted)
		return nil
	},
}

func (b *bench) announceNowhere() error {
	for _, i := range []int{1, 2} {
		addr, err := nowhere()
		if err == nil {
			err = b.announce(i, 0, addr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
