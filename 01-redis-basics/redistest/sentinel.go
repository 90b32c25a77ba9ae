package redistest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Sentinel starts a real Sentinel, which watches nothing, and returns its host:port.
// It ends with the test. See NeedsServer.
func Sentinel(t testing.TB) (addr string) {
	t.Helper()
	NeedsServer(t)
	bin, err := launch.FindServer()
	if err != nil {
		t.Fatal(err)
	}
	addr = Nobody(t)
	_, port, _ := net.SplitHostPort(addr)
	config := filepath.Join(t.TempDir(), "sentinel.conf") // it must be a file: a Sentinel writes it
	if err := os.WriteFile(config, []byte("port "+port+"\nbind 127.0.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, config, "--sentinel")
	cmd.Dir = filepath.Dir(config)
	if err := launch.StartChild(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer c.Close()
	for end := time.Now().Add(patience); c.Ping(t.Context()).Err() != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the Sentinel at %s does not answer", addr)
		}
	}
	return addr
}
