package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/shirou/gopsutil/v4/process"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
)

// Lab starts systems, one after the other, and the Redis servers that they
// share, and keeps what was measured.
type Lab struct {
	Report Report
	// Say gets a sentence about each thing that has been done; default: nothing.
	Say func(sentence string)
	// Watch returns a function that follows one run; default: nothing follows.
	Watch func(what string) Watch

	backend    launch.Backend
	folder     string // removed at the end
	programs   string // the folder of what has been built
	buildFlags []string
	built      map[string]string // by package: the program
	redis      topology.Topology
	replicas   int
}

// Open makes a lab. Nothing is started before it is needed. It starts Redis
// servers of its own, real or embedded, and puts no load on servers that
// somebody else runs.
func Open(backend launch.Backend) (*Lab, error) {
	if backend.Kind == launch.KindRunning {
		return nil, errors.New("the lab starts its own Redis servers, as it measures their CPU: give embedded or server")
	}
	dir, err := os.MkdirTemp("", "workbook-load-")
	if err != nil {
		return nil, fmt.Errorf("open the lab: %w", err)
	}
	return &Lab{backend: backend, folder: dir, programs: dir, built: map[string]string{}}, nil
}

// Close ends the Redis servers and removes what was built.
func (l *Lab) Close() error {
	var err error
	if l.redis != nil {
		err = l.redis.Close()
	}
	return errors.Join(err, os.RemoveAll(l.folder))
}

func (l *Lab) say(format string, args ...any) {
	if l.Say != nil {
		l.Say(fmt.Sprintf(format, args...))
	}
}

func (l *Lab) watch(what string) Watch {
	if l.Watch == nil {
		return nil
	}
	return l.Watch(what)
}

// Start starts a system with so many nodes and returns when messages get through.
func (l *Lab) Start(ctx context.Context, s System, nodes int) (_ *Cluster, err error) {
	c := &Cluster{Name: s.Name, Protocol: s.Protocol}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	found, err := s.find(ctx, l)
	if err != nil {
		return nil, err
	}
	processes := nodes
	if s.Alone {
		processes = 1
	} else if err := l.topology(ctx, nodes); err != nil {
		return nil, err
	}
	for i := range processes {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		server, err := start(fmt.Sprintf("node %d", i+1), append(l.environment(i, s.Alone, port), found.env...), found.command...)
		if err != nil {
			return nil, err
		}
		c.servers = append(c.servers, server)
		c.Nodes = append(c.Nodes, net.JoinHostPort("127.0.0.1", port))
	}
	for len(c.Nodes) < nodes {
		c.Nodes = append(c.Nodes, c.Nodes[0])
	}
	if !s.Alone {
		if c.redis, err = l.measured(); err != nil {
			return nil, err
		}
	}
	c.watch()
	return c, c.prove(ctx)
}

// topology starts a master with a replica for each node, and with two at least,
// if they do not run yet.
func (l *Lab) topology(ctx context.Context, nodes int) error {
	replicas := max(2, nodes)
	if l.redis != nil && l.replicas == replicas {
		return nil
	}
	if l.redis != nil {
		if err := l.redis.Close(); err != nil {
			return err
		}
		l.redis = nil
	}
	top, err := topology.Start(ctx, topology.Options{Backend: l.backend, Replicas: replicas})
	if err != nil {
		return err
	}
	l.redis, l.replicas = top, replicas
	return nil
}

// environment tells node i where Redis is, in the words that all systems here
// understand. Our node's limits for one client are off: the senders are few, and
// each stands for many people. Its line for each new connection is off, too: the
// peers write none.
func (l *Lab) environment(i int, alone bool, port string) []string {
	env := []string{"PORT=" + port, "LISTEN_HOST=127.0.0.1", "RATE_PER_SECOND=0", "LOG_LEVEL=warn", "NODE_ENV=production"}
	if i > 0 {
		env = append(env, "PPROF_ADDR=") // one port serves the first node's profiles
	}
	if alone {
		return env
	}
	addrs := l.redis.Addrs()
	master, masterPort, _ := net.SplitHostPort(addrs[0])
	replica, replicaPort, _ := net.SplitHostPort(addrs[1+i])
	return append(env, "PUB_HOST="+master, "PUB_PORT="+masterPort, "SUB_HOST="+replica, "SUB_PORT="+replicaPort)
}

// measured are the Redis servers that are processes of their own. Embedded ones
// are inside the lab: their CPU is the lab's.
func (l *Lab) measured() ([]redisServer, error) {
	processes, ok := l.redis.(interface{ PID(int) int })
	if !ok {
		return nil, nil
	}
	var all []redisServer
	for i := range l.redis.Addrs() {
		name := "master"
		if i > 0 {
			name = fmt.Sprintf("replica %d", i)
		}
		p, err := process.NewProcess(int32(processes.PID(i)))
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", name, err)
		}
		all = append(all, redisServer{name, p})
	}
	return all, nil
}

// build builds a program of the repository, once.
func (l *Lab) build(ctx context.Context, pkg string) (string, error) {
	if path := l.built[pkg]; path != "" {
		return path, nil
	}
	path := filepath.Join(l.programs, filepath.Base(pkg))
	if runtime.GOOS == "windows" {
		path += ".exe" // without .exe Windows does not run it
	}
	args := append(append([]string{"build", "-buildvcs=false", "-o", path}, l.buildFlags...), pkg)
	cmd := exec.CommandContext(ctx, "go", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s (run this inside of the workbook): %w: %s", pkg, err, strings.TrimSpace(string(out)))
	}
	l.built[pkg] = path
	l.Report.addVersions(path)
	return path, nil
}
