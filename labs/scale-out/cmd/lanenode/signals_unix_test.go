//go:build unix

package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSIGTERMEndsTheProgramWith0(t *testing.T) {
	node, _ := startReady(t, func(string) []string { return nil })
	require.NoError(t, node.Process.Signal(syscall.SIGTERM))
	require.NoError(t, node.Wait())
}
