module example.com/redis-chat/labs/no-message-lost/exercises

go 1.26.0

replace example.com/redis-chat/01-redis-basics => ../../../01-redis-basics

require (
	example.com/redis-chat/01-redis-basics v0.0.0
	github.com/redis/go-redis/v9 v9.23.0
)

require (
	github.com/alicebob/miniredis/v2 v2.40.0 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/peterbourgon/ff/v3 v3.4.0 // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
)
