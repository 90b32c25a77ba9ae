package livemap

import (
	"os"
	"os/exec"
	"runtime"

	"example.com/redis-chat/06-emitter/system/child"
)

// opener is the command that shows a URL in this machine's browser, or nil where there
// is no display.
func opener(goos string, env func(string) string) []string {
	switch goos {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	case "darwin":
		if env("SSH_CONNECTION") != "" { // we are logged in from another machine
			return nil
		}
		return []string{"open"}
	}
	if env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return []string{"xdg-open"}
}

// OpenBrowser shows the map, and reports whether there is a display for it. It does not
// wait for the browser.
func OpenBrowser(url string) bool {
	command := opener(runtime.GOOS, os.Getenv)
	if url == "" || command == nil {
		return false
	}
	cmd := exec.Command(command[0], append(command[1:], url)...)
	child.NewGroup(cmd) // the browser may be its child, and must not end by our Ctrl-C
	if cmd.Start() != nil {
		return false
	}
	go func() { _ = cmd.Wait() }() // it ends at once, or with the browser
	return true
}
