package nowait_test

import (
	"fmt"
	"io"
	"net"

	"example.com/redis-chat/04-websocket-chat/nowait"
)

// TryWrite writes as much as the socket takes at once; the rest is for a write
// that may wait.
func ExampleWriter_TryWrite() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	reader, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reader.Close()
	socket, err := l.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}

	data := []byte("hello")
	n := 0
	if raw := nowait.Raw(socket); raw != nil { // nil: all writes may wait
		var w nowait.Writer
		n = w.TryWrite(raw, data)
	}
	if n < len(data) { // a goroutine of its own would do this
		_, err = socket.Write(data[n:])
	}
	socket.Close()
	received, _ := io.ReadAll(reader)
	fmt.Printf("%q, %v\n", received, err)
	// Output: "hello", <nil>
}
