package lab

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	emitter "example.com/redis-chat/06-emitter"
)

const (
	// step is how many connect between two looks at the machine's memory.
	step = 5000
	// leave is the memory that is left to others, in bytes.
	leave = 2 << 30
)

// Million connects as many idle clients to nodes as the machine holds, up to a number, and says what stopped it. Then all get one
// message, which each counts, and all come back at once.
func Million(ctx context.Context, out io.Writer, kind Kind, nodes, most int) error {
	conns, stopped, err := room(nodes, most)
	if err != nil {
		return err
	}
	c, err := startCluster(ctx, kind, nodes)
	if err != nil {
		return err
	}
	defer c.close()
	people, err := startCrowds(c.addrs())
	if err != nil {
		return err
	}
	defer people.close()
	m := &million{cluster: c, people: people, out: out}
	if err := m.fill(ctx, conns, stopped); err != nil {
		return err
	}
	if err := m.tellAll(ctx, "everybody-1"); err != nil {
		return err
	}
	if _, err := people.all("Leave", nothing); err != nil {
		return fmt.Errorf("all leave: %w", err)
	}
	began := time.Now()
	if err := people.grow(ctx, m.conns); err != nil {
		return fmt.Errorf("all come back: %w", err)
	}
	took := time.Since(began)
	m.say("All left at once, and %d came back in %.1f s, %.0f a second.", m.conns, took.Seconds(), float64(m.conns)/took.Seconds())
	return m.tellAll(ctx, "everybody-2")
}

type million struct {
	*cluster
	people *crowds
	out    io.Writer
	conns  int
}

func (m *million) say(format string, args ...any) { fmt.Fprintf(m.out, format+"\n", args...) }

// room is how many connections descriptors allow, at most so many, and what stops at that number.
func room(nodes, most int) (conns int, stopped string, err error) {
	want := most/nodes + spare
	if each, err := os.ReadFile("/proc/sys/fs/nr_open"); err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(each))); err == nil {
			want = min(want, n)
		}
	}
	limit, err := raiseLimit(want)
	if err != nil {
		return 0, "", err
	}
	if hold := nodes * (limit - spare); hold < most {
		return hold, fmt.Sprintf("descriptors: a process here may have %d (ulimit -n, fs.nr_open); more nodes (-nodes) hold more", limit), nil
	}
	return most, "nothing: so many were asked for", nil
}

// fill connects them, and says what that takes.
func (m *million) fill(ctx context.Context, conns int, stopped string) error {
	before, kernelBefore, err := m.memory()
	if err != nil {
		return err
	}
	began := time.Now()
	for m.conns < conns {
		free, err := available()
		if err != nil {
			return err
		}
		if free < leave {
			stopped = fmt.Sprintf("memory: %d MiB are free, and are left to others", free>>20)
			break
		}
		grown := m.people.grow(ctx, min(step, conns-m.conns))
		now, err := m.people.all("Size", nothing)
		if err != nil {
			return fmt.Errorf("count the crowd: %w", cmp.Or(ctx.Err(), err))
		}
		m.conns = now.Size
		if grown != nil {
			stopped = grown.Error()
			break
		}
		if m.conns%(10*step) == 0 {
			m.say("%9d connections after %.0f s", m.conns, time.Since(began).Seconds())
		}
	}
	took := time.Since(began)
	m.say("%9d connections after %.0f s, %.0f a second. What stopped it: %s.", m.conns, took.Seconds(), float64(m.conns)/took.Seconds(), stopped)
	if m.conns == 0 {
		return fmt.Errorf("nobody is connected: %s", stopped)
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	after, kernelAfter, err := m.memory()
	if err != nil {
		return err
	}
	each := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(m.conns) }
	m.say("After 30 s of quiet: the nodes' memory is %.2f KiB a connection; the kernel's, for both ends of each, %.1f KiB.", each(after-before), each(kernelAfter-kernelBefore))
	return nil
}

func (m *million) memory() (nodes, ofKernel int64, err error) {
	if nodes, err = m.resident(); err != nil {
		return 0, 0, err
	}
	ofKernel, err = kernel()
	return nodes, ofKernel, err
}

// tellAll sends one message to everybody, and counts who hears it.
func (m *million) tellAll(ctx context.Context, word string) error {
	client := redis.NewClient(&redis.Options{Addr: m.master()})
	defer client.Close()
	e := emitter.New(client, emitter.Options{})
	defer e.Close()
	if _, err := m.people.all("Listen", func(int) any { return word }); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	began := time.Now()
	if _, err := e.Emit(ctx, "message", word); err != nil {
		return fmt.Errorf("send one message to all: %w", err)
	}
	heard, err := m.people.all("Heard", nothing)
	if err != nil {
		return fmt.Errorf("count who has heard it: %w", err)
	}
	m.say("One message to all: %d of %d have heard it, %d twice; the last after %.2f s.", heard.Heard, m.conns, heard.Again, time.Since(began).Seconds())
	if heard.Heard != m.conns || heard.Again > 0 {
		return fmt.Errorf("one message to all: %d of %d have heard it, and %d twice", heard.Heard, m.conns, heard.Again)
	}
	return nil
}
