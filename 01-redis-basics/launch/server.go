package launch

import "context"

// Server is one Redis server that this program started: Embedded inside it,
// or a Process beside it. Both have the same faults, so that one test or one
// lesson runs against either.
type Server interface {
	// Addr is host:port. It stays the same over Kill, Stop and Restart.
	Addr() string
	// Kill ends the server as kill -9 does: connections drop and nothing
	// more is saved. It returns when the server is gone.
	Kill() error
	// Stop ends the server cleanly, as SHUTDOWN does: it saves what it is
	// configured to save. It returns when the server is gone.
	Stop(ctx context.Context) error
	// Restart starts the server again at the same address and returns when
	// it answers PING. A server that still runs is stopped first.
	Restart(ctx context.Context) error
	// Close ends the server and removes what it left on the disk. A second
	// Close does nothing.
	Close() error
}

var (
	_ Server = (*Embedded)(nil)
	_ Server = (*Process)(nil)
)
