package main

import (
	"cmp"
	"context"
	"time"

	loadtest "example.com/redis-chat/labs/load-test"
)

func steady(ctx context.Context, lab *loadtest.Lab, o options) error {
	for _, s := range o.systems {
		if _, err := lab.Steady(ctx, s, o.nodes, o.load, "steady"); err != nil {
			return err
		}
	}
	return nil
}

func search(ctx context.Context, lab *loadtest.Lab, o options) error {
	o.load.Warmup = cmp.Or(o.load.Warmup, time.Second)
	o.load.Length = cmp.Or(o.load.Length, 3*time.Second)
	for _, s := range o.systems {
		if _, err := lab.Search(ctx, s, o.nodes, o.load, loadtest.Goal{}, 0); err != nil {
			return err
		}
	}
	return nil
}

func idle(ctx context.Context, lab *loadtest.Lab, o options) error {
	for _, s := range o.systems {
		if _, err := lab.Idle(ctx, s, o.nodes, o.load.Clients, 0); err != nil {
			return err
		}
	}
	return nil
}

func slow(ctx context.Context, lab *loadtest.Lab, o options) error {
	for _, s := range o.systems {
		if _, err := lab.Slow(ctx, s, 0); err != nil {
			return err
		}
	}
	return nil
}

func grow(ctx context.Context, lab *loadtest.Lab, o options) error {
	for _, s := range o.systems {
		if err := lab.Grow(ctx, s, o.rounds); err != nil {
			return err
		}
	}
	return nil
}

func short(ctx context.Context, lab *loadtest.Lab, _ options) error {
	return lab.Short(ctx, loadtest.Peers)
}

func compare(ctx context.Context, lab *loadtest.Lab, o options) error {
	return lab.Compare(ctx, loadtest.Peers, o.rounds, o.measures)
}
