package proxies

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

var caddy = kind{
	name: "caddy",
	file: "deploy/caddy/Caddyfile",
	place: func(_ *testing.T, p places) []string {
		return []string{
			"health_timeout 1s", "health_timeout 1m",
			"admin localhost:2019", "admin " + p.admin,
			"http_port 80", "http_port " + port(p.http),
			"https_port 443", "https_port " + port(p.https),
			"/etc/caddy/chat.pem", p.cert.CertFile,
			"/etc/caddy/chat.key", p.cert.KeyFile,
			"10.0.0.11:3000", p.nodes[0],
			"10.0.0.12:3000", p.nodes[1],
		}
	},
	command: func(file string, p places) *exec.Cmd {
		cmd := exec.Command("caddy", "run", "--config", file, "--adapter", "caddyfile")
		cmd.Env = append(cmd.Environ(), "HOME="+p.dir, "XDG_DATA_HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir)
		return cmd
	},
	reload: func(t *testing.T, p *proxy) {
		out, err := exec.Command("caddy", "reload", "--force", "--config", p.file, "--adapter", "caddyfile", "--address", p.place.admin).CombinedOutput()
		require.NoError(t, err, "%s", out)
	},
}
