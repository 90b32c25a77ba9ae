module example.com/redis-chat/labs/failover

go 1.26.0

replace (
	example.com/redis-chat/01-redis-basics => ../../01-redis-basics
	example.com/redis-chat/02-replication => ../../02-replication
	example.com/redis-chat/03-pubsub => ../../03-pubsub
	example.com/redis-chat/04-websocket-chat => ../../04-websocket-chat
	example.com/redis-chat/05-distributed-relay => ../../05-distributed-relay
)

require (
	example.com/redis-chat/01-redis-basics v0.0.0
	example.com/redis-chat/02-replication v0.0.0
	example.com/redis-chat/04-websocket-chat v0.0.0
	example.com/redis-chat/05-distributed-relay v0.0.0
	github.com/redis/go-redis/v9 v9.23.0
	github.com/stretchr/testify v1.12.1
)

require (
	example.com/redis-chat/03-pubsub v0.0.0 // indirect
	github.com/alicebob/miniredis/v2 v2.40.0 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/peterbourgon/ff/v3 v3.4.0 // indirect
	github.com/prometheus/client_golang v1.25.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/time v0.16.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
