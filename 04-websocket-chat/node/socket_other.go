//go:build !unix

package node

import "net"

// listenOwn listens at a path. Who may connect is decided by the rights of its folder.
func listenOwn(path string) (net.Listener, error) { return net.Listen("unix", path) }
