//go:build unix

package transcript

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// shell is a shell on a terminal of its own, as a person has it: with Ctrl-C, Ctrl-Z, fg, and programs that see a
// terminal. TERM=dumb keeps them from moving the cursor.
type shell struct {
	*screen
	tty  *os.File
	cmd  *exec.Cmd
	read chan struct{} // closed when the reader has ended
}

// findShell prefers a shell that edits no lines: one that does echoes what is typed in ways of its own.
func findShell() (string, []string, error) {
	if path, err := exec.LookPath("dash"); err == nil {
		return path, []string{"-i"}, nil
	}
	if path, err := exec.LookPath("bash"); err == nil {
		return path, []string{"--noprofile", "--norc", "--noediting", "-i"}, nil
	}
	return "", nil, errors.New("transcripts need dash or bash on the PATH")
}

func openShell(dir string, env []string) (*shell, error) {
	path, args, err := findShell()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(env, "TERM=dumb", "PS1="+prompt, "PS2=", "ENV=", "PWD="+dir)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 100, Cols: 1000}) // so wide that nobody breaks a line
	if err != nil {
		return nil, fmt.Errorf("open a terminal: %w", err)
	}
	s := &shell{screen: newScreen(), tty: tty, cmd: cmd, read: make(chan struct{})}
	go s.readAll()
	return s, nil
}

// readAll ends with the last program that has the terminal open.
func (s *shell) readAll() {
	defer close(s.read)
	defer s.end()
	for buffer := make([]byte, 64<<10); ; {
		n, err := s.tty.Read(buffer)
		s.write(buffer[:n])
		if err != nil {
			return // EIO: all have gone
		}
	}
}

// send types keys, or a line.
func (s *shell) send(text string) error {
	if _, err := s.tty.WriteString(text); err != nil {
		return fmt.Errorf("type into the terminal: %w", err)
	}
	return nil
}

// handedOver reports whether a program has the terminal: the shell itself is deaf to keys.
func (s *shell) handedOver() bool {
	group, err := unix.IoctlGetInt(int(s.tty.Fd()), unix.TIOCGPGRP)
	return err != nil || group != s.cmd.Process.Pid
}

// close hangs up. What still runs gets SIGHUP, as when a window is closed.
func (s *shell) close() {
	_ = s.cmd.Process.Signal(syscall.SIGHUP)
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed, and says so
	_ = s.tty.Close()
	<-s.read
}
