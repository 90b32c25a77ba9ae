module example.com/redis-chat/05-distributed-relay

go 1.26

require (
	example.com/redis-chat/01-redis-basics v0.0.0
	example.com/redis-chat/02-replication v0.0.0
	example.com/redis-chat/03-pubsub v0.0.0
	example.com/redis-chat/04-websocket-chat v0.0.0
)

replace (
	example.com/redis-chat/01-redis-basics => ../01-redis-basics
	example.com/redis-chat/02-replication => ../02-replication
	example.com/redis-chat/03-pubsub => ../03-pubsub
	example.com/redis-chat/04-websocket-chat => ../04-websocket-chat
)
