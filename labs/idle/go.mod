module example.com/redis-chat/labs/idle

go 1.26.0

replace (
	example.com/redis-chat/01-redis-basics => ../../01-redis-basics
	example.com/redis-chat/02-replication => ../../02-replication
	example.com/redis-chat/03-pubsub => ../../03-pubsub
	example.com/redis-chat/04-websocket-chat => ../../04-websocket-chat
	example.com/redis-chat/05-distributed-relay => ../../05-distributed-relay
	example.com/redis-chat/06-emitter => ../../06-emitter
)

require (
	example.com/redis-chat/04-websocket-chat v0.0.0
	github.com/gobwas/ws v1.5.0
	github.com/gorilla/websocket v1.5.3
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	golang.org/x/sys v0.50.0
)

require (
	example.com/redis-chat/01-redis-basics v0.0.0 // indirect
	github.com/gobwas/httphead v0.1.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/time v0.16.0 // indirect
)
