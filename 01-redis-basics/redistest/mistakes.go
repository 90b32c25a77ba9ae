package redistest

import (
	"io"
	"net"
	"testing"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Mistake is a mistake about a server, which a program has to refuse in a sentence.
type Mistake struct {
	Addr string   // what stands in the place of the Redis server
	Env  []string // the variables that are set, as in exec.Cmd
	Says string   // what the sentence must tell, besides the address
	// MayPass: a moment later it may work. A program that is started together with
	// its servers waits, and one that does its work once ends.
	MayPass bool
	// Silent: the program notices it only by a time limit of its own. (Redis waits for
	// the rest of a TLS greeting.) It notices all others at once, so a test can set
	// their time limits as long as it likes.
	Silent bool
}

// Mistakes are the mistakes that people make about a server, by name: wrong port,
// wrong credentials, TLS on one side only. server is the host:port of a server that
// works and wants no password. All that Mistakes starts ends with the test.
func Mistakes(t testing.TB, server string) map[string]Mistake {
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
	withTLS, _ := TLSProxy(t, server)
	return map[string]Mistake{
		"nobody is there":         {Addr: Nobody(t), Says: "nobody", MayPass: true},
		"silent":                  {Addr: Listen(t, says("")), Says: "no answer in time", MayPass: true, Silent: true},
		"closes at once":          {Addr: Listen(t, func(net.Conn) {}), Says: "closed the connection", MayPass: true},
		"no such host":            {Addr: "no-such-host.invalid:6379", Says: "name", MayPass: true},
		"a web server":            {Addr: Listen(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")), Says: "does not answer as Redis does"},
		"an SSH server":           {Addr: Listen(t, says("SSH-2.0-OpenSSH_9.2p1\r\n")), Says: "does not answer as Redis does"},
		"a MySQL server":          {Addr: Listen(t, says("J\x00\x00\x00\n8.0.36\x00")), Says: "does not answer as Redis does"},
		"a password is wanted":    {Addr: locked.Addr(), Says: "REDIS_PASSWORD"},
		"a user without password": {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=chat"}, Says: "REDIS_PASSWORD"},
		"a wrong password":        {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=chat", "REDIS_PASSWORD=wrong"}, Says: "REDIS_PASSWORD"},
		"a wrong user":            {Addr: locked.Addr(), Env: []string{"REDIS_USERNAME=bob", "REDIS_PASSWORD=right"}, Says: "REDIS_USERNAME"},
		"users before Redis 6":    {Addr: Redis5Proxy(t, server), Env: []string{"REDIS_USERNAME=chat", "REDIS_PASSWORD=right"}, Says: "without REDIS_USERNAME"},
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
