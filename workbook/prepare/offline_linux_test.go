package prepare

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/redis-chat/workbook/workspace"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Called with "offline" and a command, the test program is that command, in a network that has nothing but 127.0.0.1.
func init() {
	if len(os.Args) < 3 || os.Args[1] != "offline" {
		return
	}
	if err := becomeOffline(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// becomeOffline switches the loopback device on, which is off in a new network, and becomes the command.
func becomeOffline(command []string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("switch the loopback device on: %w", err)
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, command, os.Environ())
}

// offline is a command in a network of its own. Go may ask nobody for a module either.
func offline(t *testing.T, dir string, env []string, command ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, append([]string{"offline"}, command...)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), goFlags("-buildvcs=false"), "WORKBOOK_REDIS=embedded"), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// goFlags are the flags that make test gives to all that its tests compile, and more: without them the whole system would
// be compiled once more here.
func goFlags(more string) string { return "GOFLAGS=" + os.Getenv("GOFLAGS") + " " + more }

// needsNetworks skips the test where no network can be made, and proves that one without a way out is one.
func needsNetworks(t *testing.T, root string) {
	t.Helper()
	err := offline(t, root, nil, "true").Run()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		t.Skip("it takes a network without a way out, which only root can make, on Linux: sudo go test ./workbook/prepare")
	}
	require.NoError(t, err)
	out, err := offline(t, root, []string{"GOMODCACHE=" + t.TempDir(), "GOPROXY=https://modules.example", "GOFLAGS=-modcacherw"}, "go", "list", "-deps", "./01-redis-basics").CombinedOutput()
	require.Error(t, err, "without a cache nothing can be built there")
	require.Contains(t, string(out), "modules.example")
}

func repositoryRoot(t *testing.T) string {
	t.Helper()
	root, err := workspace.Root(".")
	require.NoError(t, err)
	return root
}

func TestNothingNeedsTheNetwork(t *testing.T) {
	root := repositoryRoot(t)
	needsNetworks(t, root)
	for _, c := range []struct {
		dir     string
		env     []string
		command string
	}{
		{".", []string{"GOPROXY=off"}, "go test -count=1 -run TestOrder ./03-pubsub"},
		{"01-redis-basics", []string{"GOPROXY=off", "GOWORK=off", goFlags("-mod=mod -buildvcs=false")}, "go test -count=1 -run TestExecKeepsWhatSucceeded ."},
		{".", []string{"GOPROXY=off"}, "go run ./01-redis-basics/cmd/tour strings"},
		{".", []string{"GOPROXY=off"}, "go run ./workbook/cmd/learn list"},
		{".", []string{"GOPROXY=off"}, "go run ./workbook/cmd/slides -o " + filepath.Join(t.TempDir(), "slides.html")},
		{"workbook", []string{"GOPROXY=off", "GOWORK=off"}, "go run ./cmd/doctor"},
	} {
		t.Run(c.command, func(t *testing.T) {
			out, err := offline(t, filepath.Join(root, c.dir), c.env, strings.Fields(c.command)...).CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}

func TestMakeRunNeedsNoNetwork(t *testing.T) {
	root := repositoryRoot(t)
	needsNetworks(t, root)
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("it takes make: see make doctor")
	}
	cmd := offline(t, root, []string{"GOPROXY=off"}, "make", "run", "ARGS=-open=false -redis embedded")
	cmd.SysProcAttr.Setpgid = true // as in a terminal: Ctrl-C goes to make and to what it runs
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	ready := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "Ready in ") {
			ready = true
			require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
		}
	}
	err = cmd.Wait()
	require.True(t, ready, "%v", err)
}

// A learner with Go, the stick, and nothing else: no cache, no network.
func TestAStickIsEnough(t *testing.T) {
	root := repositoryRoot(t)
	needsNetworks(t, root)
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("it takes git, which says what is committed: see make doctor")
	}
	stick := t.TempDir()
	o := Options{Root: root, Stick: stick, Out: t.Output()}
	require.NoError(t, o.copyRepository(t.Context()))
	require.NoError(t, o.copyModules(t.Context()))
	require.NoError(t, o.pages(t.Context()))

	learners := filepath.Join(stick, "redis-chat")
	env := []string{"GOMODCACHE=" + t.TempDir(), "GOPROXY=" + fileURL(filepath.Join(stick, "modules")), "GOFLAGS=-modcacherw"}
	out, err := offline(t, learners, env, "go", "list", "-deps", "-test", "-f", "{{.ImportPath}}", "work").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "github.com/redis/go-redis/v9\n")
	tools := append(env, "GOWORK=off")
	out, err = offline(t, filepath.Join(learners, "workbook", "tools"), tools, "go", "list", "-deps", "-f", "{{.ImportPath}}", "tool").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "honnef.co/go/tools/cmd/staticcheck\n")

	book, err := os.ReadFile(filepath.Join(stick, "workbook.html"))
	require.NoError(t, err)
	require.Contains(t, string(book), `href="redis-chat/05-distributed-relay/sequences.go"`)
	require.FileExists(t, filepath.Join(stick, "slides.html"))
	found, err := filepath.Glob(filepath.Join(stick, "*"))
	require.NoError(t, err)
	require.Len(t, found, 4, found)
}
