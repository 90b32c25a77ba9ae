package together

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/06-emitter/system/child"
)

// Options say what to start.
type Options struct {
	Backend    launch.Backend
	RedisPorts []int    // of the master and of each node's replica; default: free ones
	Ports      []int    // of the nodes; default: two free ones
	Node       []string // the command of a node, which reads the environment
	Env        []string // of each node, besides; default: this program's
	In         io.Reader
	Out        io.Writer
}

// lab is what runs.
type lab struct {
	o     Options
	top   topology.Topology
	nodes []*child.Process
	urls  []string
}

// Run starts all, says where it is once each node delivers, and obeys what is typed, until ctx ends, or the word quit.
func Run(ctx context.Context, o Options) (err error) {
	l := &lab{o: o}
	if len(o.Ports) == 0 {
		l.o.Ports = []int{0, 0}
	}
	real := o.Backend.Kind == launch.KindServer
	l.top, err = topology.Start(ctx, topology.Options{Backend: o.Backend, Replicas: len(l.o.Ports), Ports: o.RedisPorts, Saved: real})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	for i := range l.o.Ports {
		if err := l.addNode(i); err != nil {
			return err
		}
	}
	for i := range l.nodes {
		if err := l.awaitReady(ctx, i); err != nil {
			return err
		}
	}
	l.describe(real)
	return l.obey(ctx)
}

func (l *lab) addNode(i int) error {
	port, err := freePort(l.o.Ports[i])
	if err != nil {
		return err
	}
	pubHost, pubPort, _ := net.SplitHostPort(l.top.Addrs()[0])
	subHost, subPort, _ := net.SplitHostPort(l.top.Addrs()[1+i])
	env := append(os.Environ(), "PORT="+strconv.Itoa(port), "NODE_NAME=node-"+name(i), "LOG_LEVEL=warn",
		"PUB_HOST="+pubHost, "PUB_PORT="+pubPort, "SUB_HOST="+subHost, "SUB_PORT="+subPort)
	n := child.New(child.Options{
		Name: "node " + name(i), Command: l.o.Node, Env: append(env, l.o.Env...),
		Died: func(why error, last []string) { fmt.Fprintf(l.o.Out, "node %s has ended: %v\n", name(i), why) },
	})
	l.nodes, l.urls = append(l.nodes, n), append(l.urls, "http://127.0.0.1:"+strconv.Itoa(port))
	return n.Start()
}

// freePort is the port itself, or a free one for 0: a node that is started again needs the same.
func freePort(port int) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0, fmt.Errorf("a node's port: %w; name others with -ports", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// name is a node's letter.
func name(i int) string { return string(rune('a' + i)) }

// awaitReady returns when a node delivers.
func (l *lab) awaitReady(ctx context.Context, i int) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		response, err := http.Get(l.urls[i] + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("start node %s: interrupted", name(i))
		case <-l.nodes[i].Ended():
			return fmt.Errorf("start node %s: it has ended: %s", name(i), l.nodes[i].LastLine())
		case <-tick.C:
		}
	}
}

func (l *lab) describe(real bool) {
	kind := "redis-server"
	if !real {
		kind = "embedded; on redis-server a master that is killed comes back with the stream, and servers can be frozen"
	}
	fmt.Fprintf(l.o.Out, "%s\n  0  master      %s\n", kind, l.top.Addrs()[0])
	for i, addr := range l.top.Addrs()[1:] {
		fmt.Fprintf(l.o.Out, "  %d  replica     %s\n", i+1, addr)
	}
	for i, url := range l.urls {
		fmt.Fprintf(l.o.Out, "  %s  node        %s, reads at replica %d\n", name(i), url, i+1)
	}
	fmt.Fprintf(l.o.Out, "ready: both deliver. %s\n", Help)
}

// leave is how long a node may take to end.
const leave = 12 * time.Second

func (l *lab) close() error {
	for _, n := range l.nodes {
		n.Close(leave)
	}
	return l.top.Close()
}
