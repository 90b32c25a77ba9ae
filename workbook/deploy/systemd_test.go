package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const unit = "systemd/chat-node@.service"

func TestTheServiceRestartsWhatRestartingMends(t *testing.T) {
	service := assignments(t, unit, "Service")
	require.Equal(t, "on-failure", only(t, service, "Restart"))
	require.Equal(t, "2", only(t, service, "RestartPreventExitStatus"), "a bad value stays bad")
	require.Equal(t, "SIGTERM", only(t, service, "KillSignal"), "the signal that ends a node in peace")
	require.Equal(t, "0", only(t, assignments(t, unit, "Unit"), "StartLimitIntervalSec"))
}

// A client takes a file, the node itself 45, and an eighth more is for those who are being refused.
func TestTheServiceMayOpenAFileForEachClient(t *testing.T) {
	files, err := strconv.Atoi(only(t, assignments(t, unit, "Service"), "LimitNOFILE"))
	require.NoError(t, err)
	clients, err := strconv.Atoi(only(t, assignments(t, "systemd/n1.env", ""), "MAX_CONNS"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, files, clients+clients/8+45)
}

// Go reads the length of the listener's queue in /proc/sys, which ProcSubset=pid hides.
func TestTheServiceLetsTheNodeReadItsQueue(t *testing.T) {
	require.NotContains(t, assignments(t, unit, "Service"), "ProcSubset")
}

func TestSystemdTakesTheService(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not on the PATH (Debian's package systemd): the service is read by this test alone")
	}
	program, err := os.Executable() // systemd looks whether it is there
	require.NoError(t, err)
	text := read(t, unit)
	there := strings.ReplaceAll(text, "ExecStart=/usr/local/bin/chat-node", "ExecStart="+program)
	require.NotEqual(t, text, there)
	file := filepath.Join(t.TempDir(), filepath.Base(unit))
	require.NoError(t, os.WriteFile(file, []byte(there), 0o644))
	out, err := exec.Command(analyze, "verify", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), filepath.Base(unit), "systemd warns") // of other units of this machine it may
}
