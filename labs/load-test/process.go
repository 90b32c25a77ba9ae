package loadtest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"example.com/redis-chat/01-redis-basics/launch"
)

// server is a process of the lab's own that is measured.
type server struct {
	name  string
	cmd   *exec.Cmd
	stats *process.Process
	ended chan struct{} // closed when it has ended

	mu   sync.Mutex
	last string // the last line that it wrote
}

// start starts a server. The last line of its output is kept, to tell why it ended.
func start(name string, env []string, command ...string) (*server, error) {
	s := &server{name: name, cmd: exec.Command(command[0], command[1:]...), ended: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), env...)
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s.cmd.Stdout, s.cmd.Stderr = in, in
	err = launch.StartChild(s.cmd)
	_ = in.Close() // the child has its own
	if err != nil {
		_ = out.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		defer close(s.ended)
		defer out.Close()
		for r := bufio.NewReader(out); ; { // to the end: a full pipe would hold the server up
			line, err := r.ReadString('\n')
			if line = strings.TrimSpace(line); line != "" {
				s.mu.Lock()
				s.last = line
				s.mu.Unlock()
			}
			if err != nil {
				break
			}
		}
		_ = s.cmd.Wait() // its last line tells better how it ended
	}()
	if s.stats, err = process.NewProcess(int32(s.cmd.Process.Pid)); err != nil {
		s.stop()
		return nil, fmt.Errorf("measure %s: %w", name, err)
	}
	return s, nil
}

func (s *server) lastLine() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == "" {
		return "it said nothing"
	}
	return s.last
}

// stop ends the server at once: nobody wants the rest of its work.
func (s *server) stop() {
	_ = s.cmd.Process.Kill() // an error says that it has ended already
	<-s.ended
}

// usage is what a process has used since its start, and has in memory now.
func usage(name string, p *process.Process) (Usage, error) {
	times, err := p.Times()
	if err != nil {
		return Usage{}, fmt.Errorf("measure %s: %w", name, err)
	}
	memory, err := p.MemoryInfo()
	if err != nil {
		return Usage{}, fmt.Errorf("measure %s: %w", name, err)
	}
	return Usage{Name: name, CPU: times.User + times.System, Resident: memory.RSS}, nil
}

var own = sync.OnceValues(func() (*process.Process, error) { return process.NewProcess(int32(os.Getpid())) })

// ownCPU is how many CPU seconds the lab has used.
func ownCPU() float64 {
	p, err := own()
	if err != nil {
		return 0 // then the lab's share is shown as none: the run still counts
	}
	u, err := usage("the lab", p)
	if err != nil {
		return 0
	}
	return u.CPU
}

// FreePort returns a port of 127.0.0.1 that nobody listens on at this moment.
func FreePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// startPatience bounds the time from a server's start to its first message.
const startPatience = 2 * time.Minute
