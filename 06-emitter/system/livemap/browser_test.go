package livemap

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBrowserIsOpenedOnlyWhereThereIsADisplay(t *testing.T) {
	for name, c := range map[string]struct {
		goos string
		env  map[string]string
		want []string
	}{
		"a server":           {"linux", nil, nil},
		"a desktop":          {"linux", map[string]string{"DISPLAY": ":0"}, []string{"xdg-open"}},
		"another desktop":    {"freebsd", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, []string{"xdg-open"}},
		"a Mac":              {"darwin", nil, []string{"open"}},
		"a Mac from outside": {"darwin", map[string]string{"SSH_CONNECTION": "x"}, nil},
		"Windows":            {"windows", nil, []string{"rundll32", "url.dll,FileProtocolHandler"}},
	} {
		require.Equal(t, c.want, opener(c.goos, func(key string) string { return c.env[key] }), name)
	}
	require.False(t, OpenBrowser(""), "there is no map")
}

func TestBrowserIsGivenTheMapsAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program that opens a URL is another one here: run it on Linux")
	}
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	script := "#!/bin/sh\necho \"$1\" >" + said + "\n" // of the shell alone
	require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o755))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("DISPLAY", ":0")
	require.True(t, OpenBrowser("http://127.0.0.1:8080"))
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(said)
		return err == nil && string(text) == "http://127.0.0.1:8080\n"
	}, long, 5*time.Millisecond)
}
