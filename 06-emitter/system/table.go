package system

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/status"
)

// Table says what runs where and how to reach it.
func (s *System) Table() string {
	now := s.state.get()
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, "  "+strings.Join(cells, "\t")) }
	row("WHAT", "WHERE", "PID", "STATE", "REACH IT BY")
	for _, server := range now.Servers {
		_, port, _ := net.SplitHostPort(server.Addr)
		state := server.State
		if s.watchers != nil && server.Name == now.Master {
			state += ", the master"
		}
		row(server.Name, server.Addr, s.pidText(server.PID), state, s.cli+" -p "+port)
	}
	for _, w := range now.Sentinels {
		_, port, _ := net.SplitHostPort(w.Addr)
		row(w.Name, w.Addr, s.pidText(w.PID), w.State, s.cli+" -p "+port+" sentinel master "+s.watchers.Name())
	}
	for _, n := range now.Nodes {
		state := n.State
		if n.Connections > 0 {
			state += ", " + plural(strconv.Itoa(n.Connections), "client")
		}
		pid := "-"
		if n.PID != 0 {
			pid = strconv.Itoa(n.PID)
		}
		row(n.Name, strings.TrimPrefix(n.URL, "http://"), pid, state, n.URL+"   (listens at "+n.Replica+")")
	}
	if s.mapURL != "" {
		row("live map", strings.TrimPrefix(s.mapURL, "http://"), strconv.Itoa(os.Getpid()), status.Up, s.mapURL)
	}
	t.Flush()
	return b.String()
}

func (s *System) pidText(pid int) string {
	switch {
	case !s.processes():
		return "inside"
	case pid == 0:
		return "-"
	}
	return strconv.Itoa(pid)
}

// Hints are commands to try, with the addresses of now.
func (s *System) Hints() string {
	now := s.state.get()
	var b strings.Builder
	try := func(command, what string) { fmt.Fprintf(&b, "  %-76s %s\n", command, what) }
	b.WriteString("Try, each in a terminal of its own:\n")
	for i, n := range now.Nodes[:min(2, len(now.Nodes))] {
		name := []string{"alice", "bob"}[i]
		try("go run ./04-websocket-chat/cmd/talk -name "+name+" "+n.URL, "or open the URL in a browser")
	}
	emit := "go run ./06-emitter/cmd/emit -redis " + now.Servers[0].Addr
	if s.watchers != nil {
		emit = "go run ./06-emitter/cmd/emit -sentinels " + s.watchers.Sentinels()[0]
	}
	if s.o.Key != wire.DefaultKey {
		emit += " -channel-prefix " + s.o.Key
	}
	try(emit+" message 'Hello!'", "to all clients of all nodes")
	if s.watchers != nil {
		try("kill -9 "+strconv.Itoa(now.Servers[s.state.master()].PID), "the master; Sentinels make another server the master")
	} else if s.processes() {
		try("kill -9 "+strconv.Itoa(now.Servers[1].PID), now.Servers[1].Name+"; then, here: restart "+now.Servers[1].Name)
	}
	b.WriteString(s.reach())
	b.WriteString("Type help for what can be done here; Ctrl-C ends everything.\n")
	return b.String()
}

// plural is "1 message", "2 messages".
func plural(n, what string) string {
	if n != "1" {
		what += "s"
	}
	return n + " " + what
}
