//go:build !linux

package main

import "net"

// attempt takes nothing. So a goroutine of the connection does each write,
// which works everywhere.
type attempt struct{}

func (*attempt) open(*net.TCPConn) error { return nil }

func (*attempt) write([]byte) (int, error) { return 0, nil }
