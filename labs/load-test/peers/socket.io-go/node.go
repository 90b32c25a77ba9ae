package main

import (
	"github.com/zishang520/socket.io/adapters/redis/v3"
	"github.com/zishang520/socket.io/adapters/redis/v3/adapter"
	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// newNode makes a node. Its adapter subscribes at once, and does not wait for the confirmation: the lab waits for messages.
func newNode(client *redis.RedisClient, options *adapter.RedisAdapterOptions) *socket.Server {
	_ = client.On("error", func(...any) {}) // else the adapter writes a line for each
	o := socket.DefaultServerOptions()
	o.SetAdapter(&adapter.RedisAdapterBuilder{Redis: client, Opts: options})
	o.SetTransports(types.NewSet(engine.WebSocket)) // polling costs a request a message
	o.SetServeClient(false)
	node := socket.NewServer(nil, o)
	// When the event "connection" comes, the client has been told that it is connected. It is to be in its room by then.
	node.Use(func(client *socket.Socket, next func(*socket.ExtendedError)) {
		client.Join(roomOf(client))
		next(nil)
	})
	_ = node.On("connection", func(args ...any) {
		client := args[0].(*socket.Socket)
		room := roomOf(client)
		_ = client.On("message", func(data ...any) { _ = client.To(room).Emit("message", data...) })
	})
	return node
}

// roomOf is the room that the client's URL names.
func roomOf(client *socket.Socket) socket.Room {
	if room := client.Request().Query().Peek("room"); room != "" {
		return socket.Room(room)
	}
	return "lobby"
}
