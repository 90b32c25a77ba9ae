package dial

import (
	"fmt"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
)

// CheckAddr says what is wrong with the host:port of a server, before somebody
// dials it: a bad value is the user's mistake, not a server that is away.
func CheckAddr(addr string) error {
	if err := cmdline.CheckAddr(addr); err != nil {
		return fmt.Errorf("%q: %w", harmless.Value(addr), err)
	}
	return nil
}
