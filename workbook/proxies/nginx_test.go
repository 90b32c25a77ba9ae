package proxies

import (
	"os/exec"
	"os/user"
	"syscall"
	"testing"
)

var nginx = kind{
	name: "nginx",
	file: "deploy/nginx/nginx.conf",
	place: func(_ *testing.T, p places) []string {
		me := "root"
		if u, err := user.Current(); err == nil {
			me = u.Username
		}
		// Where Debian's nginx keeps what is too large for its memory, only root may write.
		temporary := ""
		for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temporary += "\n    " + what + "_temp_path " + p.dir + "/" + what + ";"
		}
		return []string{
			"proxy_connect_timeout 2s", "proxy_connect_timeout 1m",
			"www-data", me,
			"/run/nginx.pid", p.dir + "/nginx.pid",
			"/var/log/nginx/error.log", "stderr",
			"/var/log/nginx/access.log", p.dir + "/access.log",
			"worker_processes auto", "worker_processes 2",
			"http {", "http {" + temporary,
			"listen 80", "listen " + p.http,
			"listen 443", "listen " + p.https,
			"/etc/ssl/chat/fullchain.pem", p.cert.CertFile,
			"/etc/ssl/chat/privkey.pem", p.cert.KeyFile,
			"10.0.0.11:3000", p.nodes[0],
			"10.0.0.12:3000", p.nodes[1],
		}
	},
	command: func(file string, p places) *exec.Cmd {
		return exec.Command("nginx", "-p", p.dir, "-e", "stderr", "-c", file, "-g", "daemon off;")
	},
	reload:   func(t *testing.T, p *proxy) { p.signal(t, syscall.SIGHUP) },
	reloaded: func(p *proxy) bool { return len(children(p.Process.Pid)) > 2 }, // old workers stay for their sockets
}
