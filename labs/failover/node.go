package failover

import (
	"context"
	"strings"
	"sync"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/places"
)

// joinAsNode is a node without clients, that asks the Sentinel where to go. It returns what its /readyz says: that it is ready, or why
// not.
func (b *bench) joinAsNode() (sentence string, err error) {
	o := relay.Options{Node: "node"}
	where := places.New(places.Options{Sentinel: b.asked(), Node: o.Node, Client: o.Client})
	o.Places = where
	r := relay.New(o)
	hub, err := chat.NewHub(chat.Options{Node: o.Node, Relay: r})
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithCancel(b.ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { _ = where.Run(ctx) }) // its one error is that there is no Sentinel to ask
	running.Go(func() { err = r.Run(ctx, hub) })
	return sentence, b.until("the node says how it is", func() bool {
		reason, ready := r.Ready()
		place, _ := where.Now()
		if ready {
			sentence = "ready; it publishes at port " + portOf(place.Master) + " and subscribes at port " + portOf(place.Own)
		} else if strings.HasPrefix(reason, "publish to ") {
			sentence = "not ready: " + reason
		}
		return sentence != ""
	})
}
