package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/launch"
)

// Wrong is something in the world that a program has to refuse, in a sentence.
type Wrong struct {
	Addr string   // what stands in the place of the Redis server
	Env  []string // with these variables, as in exec.Cmd
	Says string   // what the sentence must tell, besides the address
	// MayPass: it may be better in a moment. A program that is started together
	// with its servers waits, and one that does its work once ends.
	MayPass bool
	// Silent: only a time limit of the program's own tells it. (Redis waits for the
	// rest of a TLS greeting.) All others are told as soon as they are seen, so that
	// a test can give them all the time there is.
	Silent bool
}

// Wrongs are the mistakes that people make about a server: wrong port, wrong
// credentials, TLS on one side only. server is the address of a sound one that
// wants no password. All is gone at the test's end.
func Wrongs(t testing.TB, server string) map[string]Wrong {
	t.Helper()
	locked, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { locked.Close() })
	locked.Miniredis().RequireUserAuth("chat", "right")
	says := func(greeting string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, greeting)
			io.Copy(io.Discard, c)
		}
	}
	withTLS, _ := TLSDoor(t, server)
	return map[string]Wrong{
		"nobody is there":         {Addr: Nobody(t), Says: "nobody", MayPass: true},
		"silent":                  {Addr: Door(t, says("")), Says: "no answer in time", MayPass: true, Silent: true},
		"closes at once":          {Addr: Door(t, func(net.Conn) {}), Says: "closed the connection", MayPass: true},
		"no such host":            {Addr: "no-such-host.invalid:6379", Says: "name", MayPass: true},
		"a web server":            {Addr: Door(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")), Says: "does not answer as Redis does"},
		"an SSH server":           {Addr: Door(t, says("SSH-2.0-OpenSSH_9.2p1\r\n")), Says: "does not answer as Redis does"},
		"a MySQL server":          {Addr: Door(t, says("J\x00\x00\x00\n8.0.36\x00")), Says: "does not answer as Redis does"},
		"a password is wanted":    {Addr: locked.Addr(), Says: "REDIS_PASSWORD"},
		"a user without password": {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=chat"}, Says: "REDIS_PASSWORD"},
		"a wrong password":        {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=chat", "REDIS_PASSWORD=wrong"}, Says: "REDIS_PASSWORD"},
		"a wrong user":            {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=bob", "REDIS_PASSWORD=right"}, Says: "REDIS_USERNAME"},
		"users before Redis 6":    {Addr: Old(t, server), Env: []string{"REDIS_USERNAME=chat", "REDIS_PASSWORD=right"}, Says: "without REDIS_USERNAME"},
		"TLS is wanted":           {Addr: withTLS, Says: "set REDIS_TLS=true"},
		"TLS is not wanted":       {Addr: server, Env: []string{"REDIS_TLS=true"}, Says: "leave REDIS_TLS away", Silent: true},
		"an unknown certificate":  {Addr: withTLS, Env: []string{"REDIS_TLS=true"}, Says: "certificate"},
	}
}

// Nobody is an address of this machine where nobody listens.
func Nobody(t testing.TB) (addr string) {
	t.Helper()
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{}) // it knows which ports nobody gets meanwhile
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.Addr()
}

// Old is a door to a server behind which it is as Redis 5, and 4, would be to a
// client that greets it: HELLO and users, both of Redis 6, and the name of a
// client's library, of 7.2, are unknown to it. It takes commands as clients send
// them, as arrays of strings.
func Old(t testing.TB, server string) (addr string) {
	t.Helper()
	return Door(t, func(client net.Conn) { pass(client, server, forget) })
}

// forget copies commands, and makes unknown ones of those that are too new.
func forget(to io.Writer, from io.Reader) {
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
			words = words[:1] // as many arguments too few as these are too many
		}
		fmt.Fprintf(to, "*%d\r\n", len(words)) // an error shows at the next read
		for _, word := range words {
			fmt.Fprintf(to, "$%d\r\n%s\r\n", len(word.Text), word.Text)
		}
	}
}
