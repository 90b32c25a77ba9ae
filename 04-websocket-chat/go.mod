module example.com/redis-chat/04-websocket-chat

go 1.26.0

require (
	github.com/gorilla/websocket v1.5.3
	github.com/peterbourgon/ff/v3 v3.4.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	golang.org/x/time v0.16.0
)

require github.com/golang-jwt/jwt/v5 v5.3.1

require (
	example.com/redis-chat/01-redis-basics v0.0.0
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace example.com/redis-chat/01-redis-basics => ../01-redis-basics
