package proxies

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var haproxy = kind{
	name: "haproxy",
	file: "deploy/haproxy/haproxy.cfg",
	place: func(t *testing.T, p places) []string {
		pem := filepath.Join(p.dir, "chat.pem")
		var both []byte
		for _, file := range []string{p.cert.CertFile, p.cert.KeyFile} {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			both = append(both, text...)
		}
		require.NoError(t, os.WriteFile(pem, both, 0o600))
		return []string{
			"timeout connect         2s", "timeout connect         1m",
			"timeout check           1s", "timeout check           1m",
			"maxconn 20000", "maxconn 500", // more than a shell's limit of open files allows
			"bind :80", "bind " + p.http,
			"bind :443", "bind " + p.https,
			"/etc/haproxy/chat.pem", pem,
			"10.0.0.11:3000", p.nodes[0],
			"10.0.0.12:3000", p.nodes[1],
		}
	},
	command: func(file string, _ places) *exec.Cmd { return exec.Command("haproxy", "-W", "-db", "-f", file) },
	// Both signals ask for the same. On a machine that had twenty times too much to do, a master that had just begun did
	// not react to SIGUSR2 in two runs of some forty, however often it came.
	reload: func(t *testing.T, p *proxy) {
		p.signal(t, anew[p.reloads%len(anew)])
		p.reloads++
	},
	reloaded: func(p *proxy) bool { return len(children(p.Process.Pid)) > 1 }, // the old worker stays for its sockets
}
