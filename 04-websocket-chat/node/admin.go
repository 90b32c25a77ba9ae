package node

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/admin"
)

func (c *Config) registerAdmin(fs *flag.FlagSet) {
	fs.Func("admin-addr", "`host:port` or unix:PATH for operators, as 127.0.0.1:9000; one that other machines reach needs admin-token (default: off)", c.admin)
	fs.StringVar(&c.AdminToken, "admin-token", "", "`secret` of 16 bytes or more that operators show; rather by the environment, where ps does not show it")
}

func (c *Config) admin(s string) error {
	path, unix := strings.CutPrefix(s, "unix:")
	host, port, err := net.SplitHostPort(s)
	var number int
	if unix && path == "" || !unix && (err != nil || host != "" && cmdline.CheckHost(host) != nil || cmdline.Number(&number, 0, 65535)(port) != nil) {
		return errors.New("want host and port, as 127.0.0.1:9000, or unix: and a path")
	}
	c.AdminAddr = s
	return nil
}

// ServeAdmin serves operators until ctx ends, if they have an address. On this machine alone whoever is on it may ask; elsewhere a token is
// needed, which goes out in clear where the node has no certificate.
func (c *Config) ServeAdmin(ctx context.Context, hub *chat.Hub, log *slog.Logger) error {
	if c.AdminAddr == "" {
		return nil
	}
	if t := c.AdminToken; t != "" && (len(t) < admin.MinToken || strings.IndexFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0) {
		return cmdline.Usagef("ADMIN_TOKEN: want %d ASCII characters or more, without spaces, as openssl rand -hex 16 makes them", admin.MinToken) // it is shown nowhere
	}
	network, addr := "tcp", c.AdminAddr
	if path, unix := strings.CutPrefix(addr, "unix:"); unix {
		network, addr = "unix", path
	} else if host, _, _ := net.SplitHostPort(addr); c.AdminToken == "" && !cmdline.IsLoopback(host) {
		return cmdline.Usagef("ADMIN_ADDR %s is not this machine's alone: set ADMIN_TOKEN, or choose 127.0.0.1", addr)
	}
	l, err := listenAdmin(network, addr)
	if err != nil {
		return fmt.Errorf("listen for operators: %w; choose another ADMIN_ADDR", err)
	}
	handler := admin.Handler(admin.Options{Hub: hub, Node: c.Node, Token: c.AdminToken, Log: log})
	server := &http.Server{
		Handler:           AllowHosts(c.AllowedHosts, l, handler, log),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	certificate := c.Certificate
	if network == "unix" || onLoopback(l) {
		certificate = nil // it is for the node's name, and nobody is on the way
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = serve(server, l, certificate, log) }() // ends with ctx
	log.Info("operators can call", "addr", l.Addr().String(), "token", c.AdminToken != "")
	return nil
}

// listenAdmin opens the address. A socket in the file system is for the node's own user, and one that a node has left behind that was
// killed is replaced.
func listenAdmin(network, addr string) (net.Listener, error) {
	if network == "tcp" {
		return net.Listen(network, addr)
	}
	if info, err := os.Lstat(addr); err == nil && info.Mode()&os.ModeSocket != 0 {
		if conn, err := net.Dial(network, addr); err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("a program listens at %s", addr)
		}
		_ = os.Remove(addr) // if it stays, listening says so
	}
	return listenOwn(addr)
}
