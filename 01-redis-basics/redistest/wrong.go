package redistest

import (
	"io"
	"net"
	"testing"

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
	withTLS, _ := TLSProxy(t, server)
	return map[string]Wrong{
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
