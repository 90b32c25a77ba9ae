package dial_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
)

// What is told once each must be told: another reason is news.
func TestReasonsAreToldApart(t *testing.T) {
	dialing := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	seen := map[string]error{}
	for _, err := range []error{
		nil,
		io.EOF,
		os.ErrDeadlineExceeded,
		dialing(os.NewSyscallError("connect", syscall.ECONNREFUSED)),
		dialing(os.NewSyscallError("connect", syscall.EHOSTUNREACH)),
		dialing(os.ErrDeadlineExceeded),
		dialing(&net.DNSError{Err: "no such host", Name: "redis", IsNotFound: true}),
		dialing(&net.DNSError{Err: "server misbehaving", Name: "redis", IsTemporary: true}),
		dialing(os.NewSyscallError("socket", syscall.EMFILE)),
		said("LOADING Redis is loading the dataset in memory"),
		said("ERR max number of clients reached"),
		said("NOAUTH Authentication required."),
		redis.ErrPoolTimeout,
		errors.New("something else"),
	} {
		reason := dial.Reason(err)
		require.NotContains(t, seen, reason, "%v is as %v", err, seen[reason])
		seen[reason] = err
	}
}

// Our own port changes from one try to the next.
func TestRefusedConnectionsHaveOneReason(t *testing.T) {
	refused := func(port int) error {
		return fmt.Errorf("subscribe: %w", &net.OpError{
			Op: "dial", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port},
			Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
		})
	}
	require.NotEqual(t, refused(4000).Error(), refused(4001).Error())
	require.Equal(t, dial.Reason(refused(4000)), dial.Reason(refused(4001)))
}
