package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"example.com/redis-chat/01-redis-basics/tempdir"
)

// Process is a real Redis server beside this process, on loopback. It dies
// with this process (see StartChild). One goroutine waits for its end.
type Process struct {
	bin  string
	port int
	dir  string
	temp *tempdir.Dir // dir, where it is ours to remove; else nil
	args []string
	log  io.Writer

	file, sentinel []string // see ProcessOptions

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{} // closed when cmd has ended
	closed bool
}

// ProcessOptions are the options of StartProcess. The zero value works: a
// server on a free port that saves nothing.
type ProcessOptions struct {
	// Port on 127.0.0.1. Default 0: a free one.
	Port int
	// Dir is where the server saves and where its log is. Default: a temporary
	// folder. Close removes it. If this program is killed, the next server that
	// gets such a folder, from any program, removes it.
	Dir string
	// Args are further arguments of redis-server, each word an item: "--save",
	// "3600", "1". Without them nothing is saved: --save "" --appendonly no.
	Args []string
	// File are the lines of a configuration file of the server's own, as in "replicaof 127.0.0.1 6379". A server that has
	// one can write into it what it has become (CONFIG REWRITE), and is that after a Restart. Args win. Default: no file.
	File []string
	// Sentinel makes it a Sentinel, which watches servers and holds no data: lines of its configuration, as in
	// "sentinel monitor chat 127.0.0.1 6379 2". A Sentinel writes what it learns into its file, so it finds it again
	// after a Restart.
	Sentinel []string
	// LogLevel is debug, verbose, notice or warning. Default notice.
	LogLevel string
	// Log gets the server's log lines too. Default: the file in Dir only.
	Log io.Writer
}

// StartProcess starts redis-server, or valkey-server where there is no other,
// and returns when it has answered PING. Its errors carry the last lines
// of the server's log. ctx limits the start only.
func StartProcess(ctx context.Context, o ProcessOptions) (*Process, error) {
	bin, err := FindServer()
	if err != nil {
		return nil, err
	}
	p := &Process{bin: bin, log: o.Log, file: o.File, sentinel: o.Sentinel}
	if err = checkWords(o.Args); err == nil {
		err = p.makeDir(o.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(bin), err)
	}
	if o.LogLevel == "" {
		o.LogLevel = "notice"
	}
	p.args = append([]string{"--loglevel", o.LogLevel}, o.Args...)
	if err := p.startOn(ctx, o.Port); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// makeDir makes the server's folder, unless it is given.
func (p *Process) makeDir(given string) (err error) {
	if given != "" {
		p.dir, err = filepath.Abs(given)
		return err
	}
	if p.temp, err = tempdir.Make("workbook-redis-"); err == nil {
		p.dir = p.temp.Path()
	}
	return err
}

// startOn starts the server on port. A free port can be taken by another
// program between our look and the server's start, so we look again then.
func (p *Process) startOn(ctx context.Context, port int) error {
	for try := 1; ; try++ {
		l, err := listen(port)
		if err != nil {
			return fmt.Errorf("start %s: %w", filepath.Base(p.bin), err)
		}
		p.port = l.Addr().(*net.TCPAddr).Port
		l.Close()
		err = p.start(ctx)
		if port == 0 && try < 5 && errors.Is(err, ErrPortTaken) {
			continue
		}
		return err
	}
}

// Addr is the server's host:port.
func (p *Process) Addr() string { return loopback(p.port) }

// PID is the number of the server's process; after its end, of the last one.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.cmd.Process == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Running reports whether the server's process is there, frozen or not. It
// notices also when somebody else has killed the process.
func (p *Process) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running()
}

// LogFile is the path of the server's log. A Restart appends to it.
func (p *Process) LogFile() string { return filepath.Join(p.dir, "redis.log") }

// Kill ends the server with SIGKILL: all that it has not written to its files
// is lost.
func (p *Process) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kill()
}

// Stop ends the server with SIGTERM, which does the same as SHUTDOWN: the
// server saves what it is configured to save. Where there is no SIGTERM
// (Windows) the error is errors.ErrUnsupported. A server that has not ended
// when ctx ends goes on.
func (p *Process) Stop(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop(ctx)
}

// Restart starts the server again: same address, same folder, same arguments.
func (p *Process) Restart(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("restart the server on %s: it is closed", p.Addr())
	}
	if err := p.stop(ctx); err != nil {
		return err
	}
	l, err := listen(p.port)
	if err != nil {
		return fmt.Errorf("restart the server on %s: %w", p.Addr(), err)
	}
	l.Close()
	return p.start(ctx)
}

// Freeze stops the server where it is: connections stay open, nothing is
// answered (SIGSTOP; errors.ErrUnsupported on Windows).
func (p *Process) Freeze() error { return p.with(FreezeProcess) }

// Thaw lets a frozen server go on.
func (p *Process) Thaw() error { return p.with(ThawProcess) }

// Close kills the server and removes its temporary folder. A server whose
// folder was given gets up to five seconds to save and end by itself.
func (p *Process) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	if p.temp == nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if p.stop(ctx) == nil {
			return nil
		}
		return p.kill()
	}
	return errors.Join(p.kill(), p.temp.Remove())
}

func (p *Process) with(f func(*os.Process) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return fmt.Errorf("the server on %s does not run: %w", p.Addr(), os.ErrProcessDone)
	}
	return f(p.cmd.Process)
}
