package basics

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func ExampleReadReply() {
	wire := bufio.NewReader(strings.NewReader("+OK\r\n:3\r\n$5\r\nhello\r\n$-1\r\n*2\r\n$5\r\nalice\r\n*1\r\n-ERR no\r\n"))
	for {
		reply, err := ReadReply(wire)
		if err != nil {
			return // the end
		}
		fmt.Println(reply)
	}
	// Output:
	// OK
	// (integer) 3
	// "hello"
	// (nil)
	// 1) "alice"
	// 2) 1) (error) ERR no
}

func TestBrokenRepliesAreErrors(t *testing.T) {
	for _, wire := range []string{
		"", "+OK", "+OK\n", "\r\n", "!3\r\nabc\r\n", "$x\r\n", "$-2\r\n", "$5\r\nhell", "$5\r\nhelloXX",
		"*2\r\n:1\r\n", "*-2\r\n", "$99999999999\r\n",
	} {
		_, err := ReadReply(bufio.NewReader(strings.NewReader(wire)))
		require.Error(t, err, "%q", wire)
	}
	_, err := ReadReply(bufio.NewReader(strings.NewReader("$5\r\nhell")))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
