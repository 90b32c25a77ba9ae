package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	basics "example.com/redis-chat/01-redis-basics"
)

// Redis5Proxy makes the server at host:port look like Redis 5 (or 4) to a client
// that greets it. It does not know HELLO and users, which came with Redis 6, nor
// CLIENT SETINFO, which came with 7.2. It takes commands as clients send them: as
// arrays of strings.
func Redis5Proxy(t testing.TB, server string) (addr string) {
	t.Helper()
	return Listen(t, func(client net.Conn) { pass(client, server, withoutRedis6, copyAll) })
}

// withoutRedis6 copies commands, and puts unknown ones in the place of those that
// are too new.
func withoutRedis6(to io.Writer, from io.Reader) {
	commands := bufio.NewReader(from)
	for {
		command, err := basics.ReadReply(commands)
		if err != nil || len(command.List) == 0 {
			return
		}
		words := command.List
		switch name := strings.ToUpper(words[0].Text); {
		case name == "HELLO", name == "ACL", name == "CLIENT" && len(words) > 1 && strings.EqualFold(words[1].Text, "SETINFO"):
			words = []basics.Reply{{Text: "UNKNOWN"}}
		case name == "INFO" && len(words) > 1 && strings.EqualFold(words[1].Text, "server"):
			words = []basics.Reply{{Text: "ECHO"}, {Text: "redis_version:5.0.14\r\n"}} // a string too
		case name == "AUTH" && len(words) == 3:
			words = words[:1] // too few arguments: the same answer as for too many
		}
		fmt.Fprintf(to, "*%d\r\n", len(words)) // an error shows at the next read
		for _, word := range words {
			fmt.Fprintf(to, "$%d\r\n%s\r\n", len(word.Text), word.Text)
		}
	}
}
