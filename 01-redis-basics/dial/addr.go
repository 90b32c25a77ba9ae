package dial

import (
	"fmt"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

// CheckAddr says what is wrong with the host:port of a server, before somebody
// dials it: a bad value is the user's mistake, not a server that is away.
func CheckAddr(addr string) error {
	if err := cmdline.CheckAddr(addr); err != nil {
		return fmt.Errorf("%q: %w", addr, err)
	}
	return nil
}
