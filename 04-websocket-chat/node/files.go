package node

import "log/slog"

// ownFiles is how many file descriptors a node keeps from its clients: 13 it has open
// all the time. Others come and go: a connection to Redis that replaces another,
// names that are looked up, profiles. A node that could not dial Redis any more would be
// deaf, however many clients it has.
const ownFiles = 32

// socketsOf is how many sockets clients may have of so many descriptors.
func socketsOf(files int) int { return max(files-ownFiles, 4) }

// connsOf is how many of so many sockets may be WebSockets; the rest is for /readyz, for
// /metrics and the page, and for clients that are being refused.
func connsOf(sockets int) int { return sockets - min(max(sockets/8, 2), 1024) }

// completeLimits derives what is not set from the number of files that this process may open.
func (c *Config) completeLimits(files int) {
	if files == 0 {
		return // not known
	}
	c.Sockets = socketsOf(files)
	if c.Hub.MaxConns == 0 {
		c.Hub.MaxConns = connsOf(c.Sockets)
	}
}

// LogLimits says how many clients there may be.
func (c *Config) LogLimits(log *slog.Logger) {
	if c.Sockets == 0 {
		return
	}
	log.Info("room for clients", "max_conns", max(c.Hub.MaxConns, 0), "sockets", c.Sockets)
	if c.Hub.MaxConns < 0 || c.Hub.MaxConns > connsOf(c.Sockets) {
		log.Warn("MAX_CONNS is more than file descriptors allow", "max_conns", max(c.Hub.MaxConns, 0), "allowed", connsOf(c.Sockets),
			"do", "raise the limit (ulimit -n; LimitNOFILE in a service)")
	}
}
