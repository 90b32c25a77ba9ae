//go:build unix

package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestSIGTERMEndsTheProgramWith0(t *testing.T) {
	redistest.NeedsServer(t)
	node, addr := start(t, at(t, redistest.Start(t).Options().Addr)...)
	dial(t, addr, "lobby") // a client that stays does not keep it
	require.NoError(t, node.Process.Signal(syscall.SIGTERM))
	require.NoError(t, node.Wait())
}
