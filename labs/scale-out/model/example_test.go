package model_test

import (
	"fmt"
	"time"

	"example.com/redis-chat/labs/scale-out/model"
)

// Support chats: rooms of two, where somebody says something each ten seconds.
func ExampleFit() {
	c := model.Crowd{Clients: 1_000_000, Room: 2, Every: 10 * time.Second, Bytes: 100}
	p := model.Fit(c, model.Measured, model.Usual, model.OnLanes, model.MostSets)
	used, what := p.Worst(model.Usual)
	fmt.Printf("%d nodes, %d sets; most is used of %s: %.0f %%\n", p.Nodes, p.Sets, what, 100*used)
	// Output:
	// 10 nodes, 2 sets; most is used of a master's one core: 78 %
}
