package loadtest

import (
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	basics "example.com/redis-chat/01-redis-basics"
)

// Begin notes what is being measured, on what, and with what.
func (r *Report) Begin(title string, command []string) {
	r.Title, r.Started = title, time.Now()
	r.Command = "loadtest " + strings.Join(command[1:], " ") // not the path of the program
	r.Machine, r.Versions = thisMachine(), versions()
}

// End notes how long it took.
func (r *Report) End() { r.Seconds = time.Since(r.Started).Seconds() }

// thisMachine tells what can be found out; what cannot stays empty.
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

func versions() []Version {
	all := []Version{{"Go", runtime.Version()}}
	if redis, err := basics.FindServer(); err == nil {
		all = append(all, Version{"Redis", firstLine(redis, "--version")})
	} else {
		all = append(all, Version{"Redis", "embedded in the lab: its CPU is the lab's"})
	}
	if node := firstLine("node", "--version"); node != "" {
		all = append(all, Version{"Node.js", node}, Version{"socket.io", "4.8.4"}, Version{"@socket.io/redis-adapter", "8.3.0"})
	}
	all = append(all, Version{"centrifuge", "0.38.0"})
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/gorilla/websocket" || dep.Path == "github.com/redis/go-redis/v9" {
				all = append(all, Version{dep.Path, dep.Version})
			}
		}
	}
	return all
}

// firstLine is what a program says of itself; "": it is not there.
func firstLine(program string, args ...string) string {
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}

// DefaultBackend is a server when one is on the PATH, else the embedded one.
func DefaultBackend() basics.Backend {
	if _, err := basics.FindServer(); err != nil {
		return basics.Backend{}
	}
	return basics.Backend{Kind: basics.KindServer}
}
