package basics

import (
	"fmt"
	"net"
	"strconv"
)

// CheckAddr says what is wrong with the host:port of a server, before somebody
// dials it: a bad value is the user's mistake, not a server that is away.
func CheckAddr(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || host == "" || n == 0 {
		return fmt.Errorf("%q: want host:port, such as 127.0.0.1:6379", addr)
	}
	return nil
}
