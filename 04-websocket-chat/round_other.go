//go:build !unix

package chat

import "syscall"

// attempt has no write that does not wait to offer here: writer goroutines do
// all of it.
type attempt struct{}

func (*attempt) write(syscall.RawConn, []byte) int { return 0 }
