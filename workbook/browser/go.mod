module example.com/redis-chat/workbook/browser

go 1.26.0

require (
	example.com/redis-chat/04-websocket-chat v0.0.0
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/peterbourgon/ff/v3 v3.4.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace example.com/redis-chat/04-websocket-chat => ../../04-websocket-chat
