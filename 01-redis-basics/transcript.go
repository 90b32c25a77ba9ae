package basics

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Transcript is a client hook that prints each command and its reply in
// redis-cli's form. It prints the bytes that its Tap saw on the wire, not what
// the client library made of them: the client must dial through the Tap, speak
// RESP2 (Protocol: 2), and be used by one goroutine at a time.
type Transcript struct {
	Tap  *Tap
	Addr string    // the prompt: Addr>
	Out  io.Writer // where it is printed
	Wire bool      // the bytes too, one line each way

	busy sync.Mutex
	down bool // the connection's end has been printed once
}

var _ redis.Hook = (*Transcript)(nil)

// DialHook leaves dialing to the Tap.
func (*Transcript) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook prints one command.
func (t *Transcript) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return t.record(1, func() error { return next(ctx, cmd) })
	}
}

// ProcessPipelineHook prints the commands of a pipeline, or of a transaction
// with its MULTI and EXEC.
func (t *Transcript) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return t.record(len(cmds), func() error { return next(ctx, cmds) })
	}
}

// record prints the last n commands that f sends: when f has to connect
// first, the greeting (HELLO and the like) goes ahead of them.
func (t *Transcript) record(n int, f func() error) error {
	if !t.busy.TryLock() {
		return f() // the greeting itself, sent from within f by the same client
	}
	defer t.busy.Unlock()
	t.Tap.Take()
	err := f()
	sent, received := t.Tap.Take()
	commands, replies := last(n, readAll(sent)), last(n, readAll(received))
	if len(commands) < n || len(replies) < n {
		if !t.down {
			t.down = true
			fmt.Fprintf(t.Out, "%s> … the connection failed: %s\n", t.Addr, harmless.Text(err.Error()))
		}
		return err
	}
	t.down = false
	t.print(commands, replies)
	if t.Wire {
		fmt.Fprintf(t.Out, "  sent     %s\n  received %s\n", visible(sent), visible(received))
	}
	return err
}

func (t *Transcript) print(commands, replies []Reply) {
	state := ""
	for i, c := range commands {
		fmt.Fprintf(t.Out, "%s%s> %s\n%s\n", t.Addr, state, c.command(), replies[i])
		switch {
		case len(c.List) == 0 || replies[i].Type == '-':
		case strings.EqualFold(c.List[0].Text, "multi"):
			state = "(TX)" // redis-cli's prompt until EXEC
		}
	}
}

func readAll(b []byte) (all []Reply) {
	r := bufio.NewReader(bytes.NewReader(b))
	for {
		v, err := ReadReply(r)
		if err != nil {
			return all
		}
		all = append(all, v)
	}
}

func last(n int, all []Reply) []Reply { return all[max(0, len(all)-n):] }

// visible shows bytes as Go and redis-cli would: \r\n for a line's end.
func visible(b []byte) string {
	q := quote(string(b))
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
