package launch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// startTimeout is how long a server may stay without any answer at its start. A
// start takes about 10 ms on an idle machine. A server that loads a large file
// says so, and start waits for it as long as the caller's context allows.
const startTimeout = 15 * time.Second

// start runs the server and waits for its PONG. Called with mu held, or
// before anybody else knows p.
func (p *Process) start(ctx context.Context) error {
	log, err := os.OpenFile(p.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: open its log: %w", filepath.Base(p.bin), err)
	}
	from, _ := log.Seek(0, io.SeekEnd) // what comes later is this run's log
	args, err := p.command()
	if err != nil {
		log.Close()
		return err
	}
	p.cmd = exec.Command(p.bin, args...)
	if p.temp != nil {
		p.temp.ShareWith(p.cmd)
	}
	p.cmd.Stdout = log // the file itself: no goroutine of ours between
	if p.log != nil {
		p.cmd.Stdout = io.MultiWriter(log, p.log)
	}
	p.cmd.Stderr = p.cmd.Stdout
	p.ended = make(chan struct{})
	if err := StartChild(p.cmd); err != nil {
		log.Close()
		close(p.ended)
		return fmt.Errorf("start %s: %w", p.bin, err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) {
		cmd.Wait() // whoever ended it knows how, and so does its log
		log.Close()
		close(ended)
	}(p.cmd, p.ended)
	if err := p.ready(ctx); err != nil {
		p.kill()
		return p.startError(err, from)
	}
	return nil
}

// command is what the program is started with. A file comes first, and a Sentinel must have one.
func (p *Process) command() ([]string, error) {
	args := serverArgs(p.port, p.dir, p.args)
	name, lines := "redis.conf", p.file
	if len(p.sentinel) > 0 {
		name, lines, args = "sentinel.conf", p.sentinel, append(args, "--sentinel")
	}
	if len(lines) == 0 {
		return args, nil
	}
	file := filepath.Join(p.dir, name)
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) { // else it has what the server has written
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			return nil, fmt.Errorf("start %s: write its settings: %w", filepath.Base(p.bin), err)
		}
	}
	return slices.Concat([]string{file}, args), nil
}

// ready returns when this very process has answered PING: not merely somebody
// on its port.
func (p *Process) ready(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(startTimeout); time.Now().Before(until); {
		select {
		case <-p.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		switch answer, err := p.ping(); {
		case err != nil: // not listening yet
		case answer == "+PONG", strings.HasPrefix(answer, "-NOAUTH"):
			return nil
		default: // -LOADING: alive, and busy with its file
			until = time.Now().Add(startTimeout)
		}
	}
	return fmt.Errorf("no answer to PING within %v", startTimeout)
}

// ping asks for a PONG and, when one comes, for the process that sent it.
func (p *Process) ping() (answer string, err error) {
	conn, err := net.DialTimeout("tcp", p.Addr(), time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	if _, err = io.WriteString(conn, "PING\r\nINFO server\r\n"); err != nil {
		return "", err
	}
	lines := bufio.NewScanner(conn)
	if !lines.Scan() || lines.Text() != "+PONG" {
		return lines.Text(), errors.Join(lines.Err())
	}
	for lines.Scan() {
		if pid, ok := strings.CutPrefix(lines.Text(), "process_id:"); ok {
			if pid != strconv.Itoa(p.cmd.Process.Pid) {
				return "", fmt.Errorf("process %s answers on %s", pid, p.Addr())
			}
			return "+PONG", nil
		}
	}
	return "", fmt.Errorf("%s closed the connection", p.Addr())
}

// running is false before the first start and after the end of a run.
func (p *Process) running() bool {
	if p.ended == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func (p *Process) kill() error {
	if !p.running() {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the server on %s: %w", p.Addr(), err)
	}
	<-p.ended
	return nil
}

func (p *Process) stop(ctx context.Context) error {
	if !p.running() {
		return nil
	}
	if err := terminate(p.cmd.Process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server on %s: %w", p.Addr(), err)
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the server on %s: %w", p.Addr(), context.Cause(ctx))
	}
}

// startError adds what the server itself said last, from byte from of its log on.
func (p *Process) startError(err error, from int64) error {
	what := fmt.Sprintf("start %s on %s", filepath.Base(p.bin), p.Addr())
	log, _ := os.ReadFile(p.LogFile())
	said := strings.TrimSpace(string(log[min(from, int64(len(log))):]))
	if strings.Contains(said, "Address already in use") {
		return fmt.Errorf("%s: %w", what, ErrPortTaken)
	}
	if setting := unknownSetting.FindStringSubmatch(said); setting != nil {
		question := "is it older than Redis 6?"
		if strings.HasPrefix(setting[1], "tls-") {
			question = "was it built without TLS?"
		}
		return fmt.Errorf("%s: it does not know its setting %s: %s %w", what, setting[1], question, err)
	}
	if said == "" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w; it said last: %s", what, err, said[strings.LastIndex(said, "\n")+1:])
}

// unknownSetting is what a server says when it is older than a setting:
//
//	>>> 'rdb-del-sync-files "yes"'
//	Bad directive or wrong number of arguments
var unknownSetting = regexp.MustCompile(`>>> '(\S+).*\n.*Bad directive`)
