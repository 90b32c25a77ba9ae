module example.com/redis-chat/workbook

go 1.26.0
