module example.com/redis-chat/04-websocket-chat/exercises

go 1.26.0

require (
	example.com/redis-chat/04-websocket-chat v0.0.0
	github.com/gorilla/websocket v1.5.3
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
)

require (
	example.com/redis-chat/01-redis-basics v0.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace (
	example.com/redis-chat/01-redis-basics => ../../01-redis-basics
	example.com/redis-chat/04-websocket-chat => ../
)
