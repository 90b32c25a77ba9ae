package node

import (
	"flag"
	"log/slog"
	"net"
	"net/http"

	"example.com/redis-chat/01-redis-basics/keypair"
)

// A node can speak TLS itself, where there is no proxy that does. It has one port, which then speaks nothing else:
// whoever speaks HTTP there gets 400 and a sentence, by net/http.

func (c *Config) registerTLS(fs *flag.FlagSet) {
	fs.StringVar(&c.TLSCert, "tls-cert", "", "`file` with this node's certificate and those that vouch for it, PEM: clients connect by https and wss; read anew when it changes (default: none)")
	fs.StringVar(&c.TLSKey, "tls-key", "", "`file` with the key of tls-cert, PEM")
}

func (c *Config) logTLS(log *slog.Logger) {
	if c.Certificate != nil {
		log.Info("clients connect by https:// and wss://", "certificate", c.TLSCert, "until", c.Certificate.Until())
	}
}

// serve serves HTTP, or HTTPS where there is a certificate.
//
// It is HTTP/1.1 in both cases, and TLS offers no h2. A WebSocket needs HTTP/1.1 anyway: browsers open a connection of its own for it.
// And the gate counts sockets, of which each then has one request at a time: a connection of HTTP/2 would be one socket with a hundred of them.
func serve(server *http.Server, l net.Listener, certificate *keypair.Files, log *slog.Logger) error {
	if certificate == nil {
		return server.Serve(l)
	}
	certificate.Log = log
	server.TLSConfig = certificate.Server()
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	return server.ServeTLS(l, "", "")
}
