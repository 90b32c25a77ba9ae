module example.com/redis-chat/04-websocket-chat

go 1.26
