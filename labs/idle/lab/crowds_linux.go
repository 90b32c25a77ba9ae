package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"sync"

	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/labs/idle/crowd"
)

// crowdVariable says to a process that it is the crowd of the node at that address.
const crowdVariable = "IDLE_CROWD"

// AskedToBeCrowd reports whether this process is to be a crowd.
func AskedToBeCrowd() bool { return os.Getenv(crowdVariable) != "" }

// RunCrowd is what such a process does: it is told what by its standard input, until that ends.
func RunCrowd() error {
	people, err := crowd.New(os.Getenv(crowdVariable))
	if err != nil {
		return err
	}
	defer people.Close()
	server := rpc.NewServer()
	if err := server.RegisterName("Crowd", &told{people}); err != nil {
		return fmt.Errorf("be a crowd: %w", err)
	}
	server.ServeConn(stdio{os.Stdin, os.Stdout})
	return nil
}

type stdio struct {
	io.Reader
	io.WriteCloser
}

// told is a crowd with methods as net/rpc wants them.
type told struct{ people *crowd.Crowd }

// Count is what a crowd has heard.
type Count struct{ Size, Heard, Again int }

// Grow adds clients.
func (t *told) Grow(more int, _ *struct{}) error { return t.people.Grow(context.Background(), more) }

// Leave closes all.
func (t *told) Leave(struct{}, *struct{}) error { t.people.Leave(); return nil }

// Listen names the word.
func (t *told) Listen(word string, _ *struct{}) error { t.people.Listen(word); return nil }

// Heard waits for it.
func (t *told) Heard(_ struct{}, c *Count) error { c.Heard, c.Again = t.people.Heard(); return nil }

// Size counts the clients.
func (t *told) Size(_ struct{}, c *Count) error { c.Size = t.people.Size(); return nil }

// crowds is one crowd for each node, each a process of its own: a process may have only so many descriptors.
type crowds struct {
	each   []*rpc.Client
	cmds   []*exec.Cmd
	closed sync.Once
}

func startCrowds(nodes []string) (*crowds, error) {
	c := &crowds{}
	for _, node := range nodes {
		if err := c.start(node); err != nil {
			c.close()
			return nil, fmt.Errorf("start the crowd of %s: %w", node, err)
		}
	}
	return c, nil
}

func (c *crowds) start(node string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Env, cmd.Stderr = append(os.Environ(), crowdVariable+"="+node), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := launch.StartChild(cmd); err != nil {
		return err
	}
	c.each, c.cmds = append(c.each, rpc.NewClient(stdio{out, in})), append(c.cmds, cmd)
	return nil
}

// all calls all crowds at once, and returns the sum of what they count.
func (c *crowds) all(method string, argument func(i int) any) (sum Count, err error) {
	var calls errgroup.Group
	var mu sync.Mutex
	for i, one := range c.each {
		calls.Go(func() error {
			var reply Count
			var to any = &reply
			if method == "Grow" || method == "Listen" || method == "Leave" {
				to = &struct{}{}
			}
			err := one.Call("Crowd."+method, argument(i), to)
			mu.Lock()
			defer mu.Unlock()
			sum.Size, sum.Heard, sum.Again = sum.Size+reply.Size, sum.Heard+reply.Heard, sum.Again+reply.Again
			return err
		})
	}
	err = calls.Wait() // before the sum is read
	return sum, err
}

func nothing(int) any { return struct{}{} }

// grow adds clients, as many to each. Its error says what has stopped it.
func (c *crowds) grow(ctx context.Context, more int) error {
	n := len(c.each)
	stop := context.AfterFunc(ctx, c.close) // a call knows no context
	defer stop()
	_, err := c.all("Grow", func(i int) any { return (more + i) / n })
	return err
}

// close may be called while a call is under way, and again at the end.
func (c *crowds) close() { c.closed.Do(c.end) }

func (c *crowds) end() {
	for i, cmd := range c.cmds {
		_ = c.each[i].Close() // the end of its input
		_ = cmd.Process.Kill()
		var ended *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &ended) {
			return
		}
	}
}
