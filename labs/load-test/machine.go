package loadtest

import (
	"debug/buildinfo"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Begin notes the title, the command, the machine and the versions of a measurement.
func (r *Report) Begin(title string, command []string, backend launch.Backend) {
	r.Title, r.Started = title, time.Now()
	r.Command = "loadtest " + strings.Join(command[1:], " ") // not the path of the program
	r.Machine, r.Versions = thisMachine(), versions(backend)
}

// End notes how long it took.
func (r *Report) End() { r.Seconds = time.Since(r.Started).Seconds() }

// thisMachine tells all that can be found out; the rest stays empty.
func thisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if all, err := cpu.Info(); err == nil && len(all) > 0 {
		m.CPU = all[0].ModelName
	}
	if memory, err := mem.VirtualMemory(); err == nil {
		m.MemoryBytes = memory.Total
	}
	if info, err := host.Info(); err == nil {
		m.System = fmt.Sprintf("%s %s, kernel %s", info.Platform, info.PlatformVersion, info.KernelVersion)
	}
	return m
}

func versions(backend launch.Backend) []Version {
	redis := Version{"Redis", "embedded in the lab: its CPU is the lab's"}
	if server, err := launch.FindServer(); err == nil && backend.Kind == launch.KindServer {
		redis.Version = firstLine(server, "--version")
	}
	return []Version{{"Go", runtime.Version()}, redis}
}

// A report tells the versions of these libraries.
var told = []string{
	"github.com/gorilla/websocket", "github.com/redis/go-redis/v9", "github.com/centrifugal/centrifuge",
	"github.com/zishang520/socket.io/servers/socket/v3", "github.com/zishang520/socket.io/adapters/redis/v3",
	"socket.io", "@socket.io/redis-adapter", "ws", "ioredis",
}

// addVersions tells what a program of Go was built with.
func (r *Report) addVersions(program string) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return // then the report has no versions of it
	}
	for _, dep := range info.Deps {
		r.addVersion(dep.Path, dep.Version)
	}
}

// addVersion adds a version, if the report should have it and does not yet.
func (r *Report) addVersion(name, version string) {
	v := Version{name, version}
	if slices.Contains(told, name) && !slices.Contains(r.Versions, v) {
		r.Versions = append(r.Versions, v)
	}
}

// firstLine is the first line that a program prints; "": there is no such program.
func firstLine(program string, args ...string) string {
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}

// DefaultBackend is a server when one is on the PATH, else the embedded one.
func DefaultBackend() launch.Backend {
	if _, err := launch.FindServer(); err != nil {
		return launch.Backend{}
	}
	return launch.Backend{Kind: launch.KindServer}
}
