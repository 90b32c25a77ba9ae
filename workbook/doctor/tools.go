package doctor

import (
	"os"
	"os/exec"
)

// tool is a program that some part of the workbook can use.
type tool struct {
	name     string
	variable string   // that may hold its path
	names    []string // under which it may be on the PATH; the first one found counts
	purpose  string
	debian   string // packages, as Debian and Ubuntu call them
	mac      string // a command or a sentence, as windows
	windows  string
	version  string // what it is asked to tell its version; default --version
	windowed bool   // on Windows it opens a window whatever it is asked
}

var tools = []tool{
	{
		name: "make", names: []string{"make", "gmake"},
		purpose: "the jobs by name; each is one go command in the Makefile",
		debian:  "make", mac: "xcode-select --install", windows: "winget install ezwinports.make",
	},
	{
		name: "git", names: []string{"git"},
		purpose: "your own copy of the workbook, and what you changed in it",
		debian:  "git", mac: "xcode-select --install", windows: "winget install Git.Git",
	},
	{
		name: "redis-server", names: []string{"redis-server", "valkey-server"},
		purpose: "real Redis: make run uses it, make test runs once more on it",
		debian:  "redis-server; its package starts one at 6379, which the lessons need: " + disable, mac: "brew install redis", windows: inWSL,
	},
	{
		name: "redis-sentinel", names: []string{"redis-sentinel", "valkey-sentinel"},
		purpose: "failover: make failover, and the lab on it",
		debian:  "redis-sentinel", mac: "brew install redis", windows: inWSL,
	},
	{
		name: "redis-cli", names: []string{"redis-cli", "valkey-cli"},
		purpose: "the lessons' commands, typed by hand",
		debian:  "redis-tools", mac: "brew install redis", windows: inWSL,
	},
	{
		name: "C compiler", names: []string{"gcc", "clang", "cc"},
		purpose: "the race detector in make test",
		debian:  "gcc libc6-dev", mac: "xcode-select --install", windows: "winget install BrechtSanders.WinLibs.POSIX.UCRT",
	},
	{
		name: "chromium", variable: "CHROMIUM", names: []string{"chromium", "chromium-browser", "google-chrome"},
		purpose: "the tests of the pages in a browser", windowed: true,
		debian:  "chromium",
		mac:     `brew install --cask google-chrome; CHROMIUM must say where it is: export CHROMIUM="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"`,
		windows: `winget install Google.Chrome; CHROMIUM must say where it is: C:\Program Files\Google\Chrome\Application\chrome.exe`,
	},
	{
		name: "node", names: []string{"node", "nodejs"},
		purpose: "the tests with Socket.IO's own servers and emitters",
		debian:  "nodejs", mac: "brew install node", windows: "winget install OpenJS.NodeJS.LTS",
	},
	{
		name: "npm", names: []string{"npm"},
		purpose: "gets Socket.IO for those tests",
		debian:  "npm", mac: "brew install node", windows: "winget install OpenJS.NodeJS.LTS",
	},
	{
		name: "nginx", names: []string{"nginx"}, version: "-v",
		purpose: "the tests of the files in deploy/, behind this proxy",
		debian:  "nginx-light", mac: "brew install nginx", windows: inWSL,
	},
	{
		name: "haproxy", names: []string{"haproxy"}, version: "-v",
		purpose: "the same, behind haproxy",
		debian:  "haproxy", mac: "brew install haproxy", windows: inWSL,
	},
	{
		name: "caddy", names: []string{"caddy"}, version: "version",
		purpose: "the same, behind Caddy",
		debian:  "caddy", mac: "brew install caddy", windows: "winget install CaddyServer.Caddy",
	},
	{
		name: "promtool", names: []string{"promtool"},
		purpose: "the tests of alerts and dashboard, which it reads",
		debian:  "prometheus", mac: "brew install prometheus", windows: inWSL,
	},
}

// disable ends the server that Debian's package starts, now and after each start of the machine.
const disable = "sudo systemctl disable --now redis-server"

const inWSL = "there is none for Windows: work in WSL, or do without"

// Find returns the path of a program that the workbook can use, by the name that the
// doctor's list gives it, or "" where it is not on this machine.
func Find(name string) string {
	for _, t := range tools {
		if t.name == name {
			return t.find()
		}
	}
	panic("the doctor knows no " + name)
}

// find returns the path of the program, or "".
func (t tool) find() string {
	names := t.names
	if path := os.Getenv(t.variable); path != "" {
		names = append([]string{path}, names...)
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// howToGet is a command or a sentence for the system.
func (t tool) howToGet(goos string) string {
	switch goos {
	case "darwin":
		return t.mac
	case "windows":
		return t.windows
	}
	return "apt-get install " + t.debian
}
