package embedded

import (
	"bufio"
	"io"

	"github.com/alicebob/miniredis/v2/server"
)

// transaction holds the changes that a connection has queued since MULTI.
type transaction struct {
	open    bool
	changes [][]string
}

// spoil makes the EXEC of an open transaction fail, as it does in Redis after a command that could not be queued: miniredis
// does so by itself only for its own errors, of which GET without a key is one.
func (n *node) spoil(p *server.Peer, tx *transaction) {
	if tx.open {
		scratch := server.NewPeer(bufio.NewWriter(io.Discard))
		scratch.Ctx = p.Ctx
		n.redis.Dispatch(scratch, []string{"GET"})
	}
}

// transaction gives the connection's own; only its goroutine uses it.
func (t *Topology) transaction(p *server.Peer) *transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tx := t.transactions[p]; tx != nil {
		return tx
	}
	return &transaction{}
}

func (t *Topology) begin(p *server.Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tx := t.transactions[p]
	if tx == nil {
		tx = &transaction{}
		t.transactions[p] = tx
		p.OnDisconnect(func() {
			t.mu.Lock()
			delete(t.transactions, p)
			t.mu.Unlock()
		})
	}
	tx.open = true
}
