package lanemap_test

import (
	"fmt"
	"strings"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

func ExampleParse() {
	m, err := lanemap.Parse(strings.NewReader(`
set set-a 127.0.0.1:6379 127.0.0.1:6380
set set-b 127.0.0.1:6479 127.0.0.1:6480
lane 86 set-b 1
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, room := range []string{"lobby", "go"} {
		l := lane.Of(room)
		fmt.Println(room, l, m.Sets[m.Of(l).Set].Name)
	}
	// Output:
	// lobby 247 set-b
	// go 86 set-b
}
