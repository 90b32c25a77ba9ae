package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/centrifugal/centrifuge"
)

// newNode starts a node whose broker is connected and subscribed.
func newNode(redis string) (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{}) // without a log handler nothing is logged
	if err != nil {
		return nil, err
	}
	shard, err := centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: redis})
	if err != nil {
		return nil, fmt.Errorf("connect to Redis at %s: %w; start Redis there or change PUB_HOST and PUB_PORT", redis, err)
	}
	broker, err := centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		return nil, fmt.Errorf("make a broker of Redis at %s: %w", redis, err)
	}
	node.SetBroker(broker)
	// The node's own presence manager stays, in memory: no subscription asks for
	// it, and so it does nothing.
	node.OnConnecting(enter)
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnPublish(func(e centrifuge.PublishEvent, reply centrifuge.PublishCallback) {
			if !client.IsSubscribed(e.Channel) {
				reply(centrifuge.PublishReply{}, centrifuge.ErrorPermissionDenied)
				return
			}
			reply(centrifuge.PublishReply{}, nil)
		})
	})
	if err := node.Run(); err != nil { // returns when the broker's subscriptions stand
		return nil, fmt.Errorf("run on Redis at %s: %w", redis, err)
	}
	return node, nil
}

// enter lets anybody in, and into the room of the URL: the reply to "connect"
// then says that one is subscribed, and no second round trip is needed.
func enter(ctx context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	room, _ := ctx.Value(roomKey{}).(string)
	return centrifuge.ConnectReply{
		Credentials:   &centrifuge.Credentials{}, // no user's name: an anonymous one
		Subscriptions: map[string]centrifuge.SubscribeOptions{room: {}},
	}, nil
}

type roomKey struct{}

// tuned is what the library's documentation offers to whoever has many connections: buffers for writing that are
// shared, a small one for reading, and commands that run on a stack which does not stay.
var tuned = centrifuge.WebsocketConfig{UseWriteBufferPool: true, ReadBufferSize: 512, ProcessCommandsOffReadLoop: true}

// handler hands the URL's room to enter through the request's context.
func handler(node *centrifuge.Node, options centrifuge.WebsocketConfig) http.Handler {
	websocket := centrifuge.NewWebsocketHandler(node, options)
	mux := http.NewServeMux()
	mux.HandleFunc("/connection/websocket", func(w http.ResponseWriter, r *http.Request) {
		room := r.URL.Query().Get("room")
		if room == "" {
			room = "lobby"
		}
		websocket.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), roomKey{}, room)))
	})
	return mux
}
