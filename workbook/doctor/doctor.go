// Package doctor looks at the machine: which programs that the workbook can use
// are here, what each is for, and how to get those that are missing. It only
// looks: nothing is installed, started or changed.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"time"
)

// Ports are what make run takes by default: the servers, the nodes, the live map.
var Ports = []int{6379, 6380, 6381, 3000, 3001, 8080}

// Options say for which machine to speak. The zero value is for this one.
type Options struct {
	GOOS      string // default: runtime.GOOS
	GoVersion string // default: runtime.Version()
	Ports     []int  // default: Ports
}

// Examine prints what is here and what is missing. It returns an error when
// something is missing that the workbook cannot do without.
func Examine(ctx context.Context, out io.Writer, o Options) error {
	if o.GOOS == "" {
		o.GOOS = runtime.GOOS
	}
	if o.GoVersion == "" {
		o.GoVersion = runtime.Version()
	}
	if o.Ports == nil {
		o.Ports = Ports
	}
	enough := goVersionSuffices(o.GoVersion)
	fmt.Fprintln(out, "Needed:")
	if enough {
		printTool(out, "ok", "Go", o.GoVersion, "all that make run and make test need")
	} else {
		printTool(out, "too old", "Go", o.GoVersion, "1.26 or newer: https://go.dev/dl/")
	}
	fmt.Fprintln(out, "\nUsed when here:")
	missing := 0
	for _, t := range tools {
		state, version := t.state(ctx, o.GOOS)
		printTool(out, state, t.name, version, t.purpose)
		if state != "ok" {
			missing++
			fmt.Fprintf(out, "%25s%s\n", "get it: ", t.howToGet(o.GOOS))
		}
	}
	fmt.Fprintln(out, "\nPorts that make run prefers; of a taken one it takes the next:")
	for _, port := range o.Ports {
		state := portState(port)
		fmt.Fprintf(out, "  %-8s %d%s\n", state, port, portAdvice(state, port, o.GOOS))
	}
	fmt.Fprintln(out)
	switch {
	case !enough:
		return fmt.Errorf("go is %s, and the workbook needs 1.26 or newer", o.GoVersion)
	case missing > 0:
		fmt.Fprintln(out, "All that is needed is here. What needs one of the missing is skipped, and says so.")
	default:
		fmt.Fprintln(out, "Everything is here.")
	}
	return nil
}

func printTool(out io.Writer, state, name, version, purpose string) {
	fmt.Fprintf(out, "  %-8s %-14s %-17s %s\n", state, name, version, purpose)
}

var goRelease = regexp.MustCompile(`go1\.(\d+)`)

func goVersionSuffices(version string) bool {
	m := goRelease.FindStringSubmatch(version)
	if m == nil {
		return true // built from Go's own source: newer than any release
	}
	minor, err := strconv.Atoi(m[1])
	return err == nil && minor >= 26
}

// portState tries to listen, as make run will.
func portState(port int) string {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "taken"
	}
	_ = l.Close() // nothing came in, nothing can get lost
	return "free"
}

// portAdvice names whom nobody thinks of: a package's server that begins with the machine.
func portAdvice(state string, port int, goos string) string {
	if state == "taken" && port == 6379 && goos == "linux" {
		return "   if it is the server of Debian's package: " + disable
	}
	return ""
}

var versionNumber = regexp.MustCompile(`\d+\.\d+[\w.]*`)

// state says whether the program is here, and its version as it tells it itself. On a
// Mac without the developer tools git and make are on the PATH and do not start.
func (t tool) state(ctx context.Context, goos string) (state, version string) {
	path := t.find()
	switch {
	case path == "":
		return "missing", ""
	case t.windowed && goos == "windows":
		return "ok", ""
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, cmp.Or(t.version, "--version"))
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "broken", "does not start"
	}
	return "ok", string(versionNumber.Find(out))
}
