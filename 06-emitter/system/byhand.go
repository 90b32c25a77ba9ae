package system

import (
	"fmt"
	"net"
	"runtime"
	"strings"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/06-emitter/system/status"
)

// serverByHand is the command line that does the same to a server as an action: for a
// terminal, or, when the server is inside this program, for the terminal in which the
// system runs.
func (s *System) serverByHand(action string, i int, server status.Server) string {
	if !s.processes() {
		return action + " " + server.Name
	}
	_, port, _ := net.SplitHostPort(server.Addr)
	configure := func(user, password string) string {
		return fmt.Sprintf("%s -p %s config set masteruser '%s' masterauth '%s'", s.cli, port, user, password)
	}
	switch action {
	case Restart:
		return s.startByHand(i, port)
	case Cut:
		return configure("nobody", "x") + "; " + s.cli + " -p " + port + " client kill type master"
	case Mend:
		return configure("", "")
	}
	return signalByHand(action, server.PID)
}

// byHand is the command lines of all actions for which there is one.
func byHand(of func(action string) string) map[string]string {
	lines := map[string]string{}
	for _, action := range []string{Kill, Restart, Freeze, Thaw, Cut, Mend} {
		if line := of(action); line != "" {
			lines[action] = line
		}
	}
	return lines
}

// startByHand starts a server as this program does, but in another folder. A server
// that may be restarted keeps nothing: see chapter 02.
func (s *System) startByHand(i int, port string) string {
	line := s.server + " --port " + port
	if !s.isMaster(i) {
		line += " " + strings.Join(launch.Following(s.masterAddr()), " ")
	}
	return line + " --save '' --rdb-del-sync-files yes"
}

// sentinelByHand is the command line that does the same to a Sentinel. Only this program knows the file with which one is
// started again.
func (s *System) sentinelByHand(action string, w status.Sentinel) string {
	if action == Failover {
		_, port, _ := net.SplitHostPort(w.Addr)
		return s.cli + " -p " + port + " sentinel failover " + s.watchers.Name()
	}
	return signalByHand(action, w.PID)
}

// signalByHand is the command line that does an action to a process. It is "" where
// there is none, or where it would do something else: a node that is started by hand is
// not a node of this system.
func signalByHand(action string, pid int) string {
	signal := map[string]string{Kill: "-9", Freeze: "-STOP", Thaw: "-CONT"}[action]
	switch {
	case pid == 0 || signal == "":
		return ""
	case runtime.GOOS == "windows" && action == Kill:
		return fmt.Sprintf("taskkill /F /PID %d", pid)
	case runtime.GOOS == "windows":
		return ""
	}
	return fmt.Sprintf("kill %s %d", signal, pid)
}

// cannot names the actions that are not possible on this machine, with the reason.
func (s *System) cannot() map[string]string {
	if runtime.GOOS == "windows" {
		return map[string]string{
			Freeze: "Windows has no signal that makes a process stand still",
			Thaw:   "Windows has no signal that makes a process stand still",
		}
	}
	return nil
}
