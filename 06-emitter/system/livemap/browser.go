package livemap

import (
	"os"
	"os/exec"
	"runtime"

	"example.com/redis-chat/06-emitter/system/child"
)

// opener is the command that shows a URL in this machine's browser; nil: there is
// no display that it could be shown on.
func opener(goos string, env func(string) string) []string {
	switch goos {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	case "darwin":
		if env("SSH_CONNECTION") != "" { // its display is on another desk
			return nil
		}
		return []string{"open"}
	}
	if env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return []string{"xdg-open"}
}

// OpenBrowser shows the map, and reports whether there is something to show it on.
// What the browser then does is its own affair: it is not waited for.
func OpenBrowser(url string) bool {
	command := opener(runtime.GOOS, os.Getenv)
	if url == "" || command == nil {
		return false
	}
	cmd := exec.Command(command[0], append(command[1:], url)...)
	child.NewGroup(cmd) // the browser may be its child, and is not to end by Ctrl-C
	if cmd.Start() != nil {
		return false
	}
	go func() { _ = cmd.Wait() }() // at once, or with the browser
	return true
}
