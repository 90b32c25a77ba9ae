package relaytest_test

import (
	"fmt"
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/relaytest"
)

func TestMain(m *testing.M) { redistest.Main(m) }

func ExamplePlaces() {
	places := relaytest.At(relay.Place{Master: "a:6379", Own: "b:6379"})
	_, changed := places.Now()
	places.Set(relay.Place{Master: "b:6379", Own: "b:6379"})
	<-changed
	place, _ := places.Now()
	fmt.Println(place.Master)
	// Output: b:6379
}
