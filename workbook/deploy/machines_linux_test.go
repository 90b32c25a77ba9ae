package deploy

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// machine is a network namespace with two ways out: one, which can be cut, to the other machines, and one to the test.
type machine struct {
	number int
	holder *exec.Cmd // a process that keeps the namespace
}

// needs skips the test where a program is missing.
func needs(t *testing.T, program, debian string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not on the PATH (Debian's package %s): the services of compose.yaml run on machines made with it", program, debian)
	}
}

// apart runs the test again in a network of its own, where every address and port is free, and reports whether this
// is that run. Only root can make one.
func apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv("IN_OWN_NETWORK") != "" {
		if out, err := exec.Command("ip", "link", "add", "try0", "type", "veth", "peer", "name", "try1").CombinedOutput(); err != nil {
			t.Skipf("this kernel makes no wires between its networks: %s", out)
		}
		ip(t, "link delete try0")
		return true
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.v", "-test.run=^"+t.Name()+"$", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), "IN_OWN_NETWORK=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	var out redistest.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = launch.StartChild(cmd)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		t.Skip("it takes machines with networks of their own, which only root can make, on Linux: sudo go test ./workbook/deploy")
	}
	require.NoError(t, err)
	err = cmd.Wait()
	if strings.Contains(out.String(), "--- SKIP") {
		t.Skip(out.String())
	}
	require.NoError(t, err, "%s", out.String())
	t.Log(out.String())
	return false
}

// ip runs the program of that name; its words are split at spaces.
func ip(t *testing.T, format string, values ...any) {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(fmt.Sprintf(format, values...))...).CombinedOutput()
	require.NoError(t, err, "ip %s: %s", fmt.Sprintf(format, values...), out)
}

// within is a command on the machine.
func (m *machine) within(command ...string) *exec.Cmd {
	return exec.Command("nsenter", slices.Concat([]string{fmt.Sprintf("--net=/proc/%d/ns/net", m.holder.Process.Pid)}, command)...)
}

// newMachine makes one with these addresses among the machines.
func newMachine(t *testing.T, number int, addresses ...string) *machine {
	t.Helper()
	m := &machine{number: number, holder: exec.Command("sleep", "infinity")}
	m.holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	require.NoError(t, launch.StartChild(m.holder))
	t.Cleanup(func() {
		_ = m.holder.Process.Kill() // an error says that it has ended already
		_ = m.holder.Wait()
	})
	ip(t, "link add wire%d type veth peer name eth0 netns %d", number, m.holder.Process.Pid)
	ip(t, "link set wire%d master switch up", number)
	ip(t, "link add desk%d type veth peer name eth1 netns %d", number, m.holder.Process.Pid)
	ip(t, "addr add %s/24 dev desk%d", strings.TrimSuffix(m.desk(), "2")+"1", number)
	ip(t, "link set desk%d up", number)
	inside := func(words string) {
		out, err := m.within(append([]string{"ip"}, strings.Fields(words)...)...).CombinedOutput()
		require.NoError(t, err, "ip %s: %s", words, out)
	}
	inside("link set lo up")
	for _, address := range addresses {
		inside("addr add " + address + "/24 dev eth0")
	}
	inside("addr add " + m.desk() + "/24 dev eth1")
	inside("link set eth0 up")
	inside("link set eth1 up")
	return m
}

// newSwitch joins the machines.
func newSwitch(t *testing.T) {
	t.Helper()
	ip(t, "link set lo up")
	ip(t, "link add switch type bridge")
	ip(t, "link set switch up")
}

// desk is the machine's address for the test alone.
func (m *machine) desk() string { return "192.168." + strconv.Itoa(m.number) + ".2" }

// at is a port of it, there.
func (m *machine) at(port int) string { return net.JoinHostPort(m.desk(), strconv.Itoa(port)) }

// cut takes the machine's way to the others down, mend takes it up.
func (m *machine) cut(t *testing.T)  { ip(t, "link set wire%d down", m.number) }
func (m *machine) mend(t *testing.T) { ip(t, "link set wire%d up", m.number) }

// run starts a process there, which ends with the test.
func (m *machine) run(t *testing.T, name string, env []string, command ...string) {
	t.Helper()
	cmd := m.within(command...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	var log redistest.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, launch.StartChild(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // haproxy ends its worker; an error says that it has ended already
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, log.String())
		}
	})
}
