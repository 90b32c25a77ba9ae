module example.com/redis-chat/01-redis-basics

go 1.26
