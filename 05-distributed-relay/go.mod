module example.com/redis-chat/05-distributed-relay

go 1.26.0

require (
	example.com/redis-chat/01-redis-basics v0.0.0
	example.com/redis-chat/02-replication v0.0.0
	example.com/redis-chat/03-pubsub v0.0.0
	example.com/redis-chat/04-websocket-chat v0.0.0
	github.com/stretchr/testify v1.12.1
	github.com/vmihailenco/msgpack/v5 v5.4.1
)

require (
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace (
	example.com/redis-chat/01-redis-basics => ../01-redis-basics
	example.com/redis-chat/02-replication => ../02-replication
	example.com/redis-chat/03-pubsub => ../03-pubsub
	example.com/redis-chat/04-websocket-chat => ../04-websocket-chat
)
