package doctor

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// onlyOnPath makes a PATH of programs that print a version and nothing else.
func onlyOnPath(t *testing.T, versions map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-ins for programs are shell scripts, which Windows does not run")
	}
	dir := t.TempDir()
	for name, line := range versions {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho '"+line+"'\n"), 0o755))
	}
	t.Setenv("PATH", dir)
}

func examine(t *testing.T, o Options) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Examine(t.Context(), &out, o)
	return out.String(), err
}

func TestGoAloneIsEnough(t *testing.T) {
	onlyOnPath(t, nil)
	out, err := examine(t, Options{GOOS: "linux", GoVersion: "go1.26.0", Ports: []int{}})
	require.NoError(t, err)
	require.Contains(t, out, "ok       Go             go1.26.0")
	require.Regexp(t, `missing +redis-server .*make test runs once more on it\n +get it: apt-get install redis-server`, out)
	require.Contains(t, out, "All that is needed is here.")
	require.NotContains(t, out, "Everything")
}

func TestTellsTheVersionsOfWhatIsHere(t *testing.T) {
	onlyOnPath(t, map[string]string{
		"valkey-server": "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64",
		"gcc":           "gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
		"node":          "v20.20.2",
	})
	out, err := examine(t, Options{GOOS: "linux", Ports: []int{}})
	require.NoError(t, err)
	require.Regexp(t, `ok +redis-server +8\.1\.1 `, out)
	require.Regexp(t, `ok +C compiler +12\.2\.0 `, out)
	require.Regexp(t, `ok +node +20\.20\.2 `, out)
	require.Regexp(t, `missing +npm `, out)
}

func TestABrowserMayBeAnywhere(t *testing.T) {
	onlyOnPath(t, map[string]string{"my-browser": "Chromium 156.0.8078.79"})
	t.Setenv("CHROMIUM", filepath.Join(os.Getenv("PATH"), "my-browser"))
	out, err := examine(t, Options{GOOS: "linux", Ports: []int{}})
	require.NoError(t, err)
	require.Regexp(t, `ok +chromium +156\.0\.8078\.79 `, out)
}

func TestSaysSoWhenAProgramDoesNotStart(t *testing.T) {
	onlyOnPath(t, map[string]string{"git": "'; exit 1 #"})
	out, err := examine(t, Options{GOOS: "linux", Ports: []int{}})
	require.NoError(t, err)
	require.Regexp(t, `broken +git +does not start .*\n +get it: apt-get install git`, out)
}

func TestEverySystemIsToldHowToGetEachTool(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, tool := range tools {
			require.NotEmpty(t, tool.purpose, tool.name)
			require.NotContains(t, tool.howToGet(goos), "install  (", tool.name)
			require.NotEmpty(t, tool.howToGet(goos), "%s on %s", tool.name, goos)
		}
	}
}

func TestAnOldGoIsNotEnough(t *testing.T) {
	onlyOnPath(t, nil)
	out, err := examine(t, Options{GoVersion: "go1.25.4", Ports: []int{}})
	require.EqualError(t, err, "go is go1.25.4, and the workbook needs 1.26 or newer")
	require.Contains(t, out, "https://go.dev/dl/")

	for version, enough := range map[string]bool{"go1.26": true, "go1.27rc1": true, "go1.9": false, "devel +abc": true} {
		require.Equal(t, enough, goVersionSuffices(version), version)
	}
}

func TestTakenAndFreePorts(t *testing.T) {
	onlyOnPath(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.Equal(t, "taken", portState(port))

	out, err := examine(t, Options{Ports: []int{port}})
	require.NoError(t, err)
	require.Contains(t, out, "taken")

	require.NoError(t, l.Close())
	require.Equal(t, "free", portState(port))
}

// Debian's package of redis-server starts one at the port that the lessons use: whoever is told to install it is told that, too.
func TestServerOfDebiansPackageIsNamed(t *testing.T) {
	onlyOnPath(t, nil)
	out, err := examine(t, Options{GOOS: "linux", Ports: []int{}})
	require.NoError(t, err)
	require.Regexp(t, `get it: apt-get install redis-server; .*sudo systemctl disable --now redis-server\n`, out)
	require.Contains(t, portAdvice("taken", 6379, "linux"), "sudo systemctl disable --now redis-server")
	require.Empty(t, portAdvice("taken", 3000, "linux"))
	require.Empty(t, portAdvice("free", 6379, "linux"))
	require.Empty(t, portAdvice("taken", 6379, "darwin"))
}
