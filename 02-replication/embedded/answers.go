package embedded

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// answer speaks for the commands about replication, which miniredis does not know.
func (n *node) answer(p *server.Peer, cmd string, args []string) {
	switch {
	case cmd == "WAIT":
		n.answerWait(p, args)
	case cmd == "ROLE":
		n.answerRole(p)
	default:
		p.WriteBulk(n.info())
	}
}

func isInfo(cmd string, args []string) bool {
	return cmd == "INFO" && len(args) == 1 && strings.EqualFold(args[0], "replication")
}

// answerWait says how many replicas have applied all that is logged now. It blocks its own connection, nothing else.
func (n *node) answerWait(p *server.Peer, args []string) {
	if n.index > 0 {
		p.WriteError("ERR WAIT cannot be used with replica instances.")
		return
	}
	if len(args) != 2 {
		p.WriteError("ERR wrong number of arguments for 'wait' command")
		return
	}
	want, err := strconv.Atoi(args[0])
	timeout, err2 := strconv.Atoi(args[1])
	if err != nil || err2 != nil || timeout < 0 {
		p.WriteError("ERR value is not an integer or out of range")
		return
	}
	p.WriteInt(n.t.wait(want, time.Duration(timeout)*time.Millisecond))
}

// wait is WAIT; a timeout of 0 means for ever.
func (t *Topology) wait(want int, timeout time.Duration) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	deadline := time.Now().Add(timeout)
	if timeout > 0 {
		defer time.AfterFunc(timeout, t.wake).Stop()
	}
	for target := t.log.end; ; t.changed.Wait() {
		n := 0
		for _, r := range t.nodes[1:] {
			if r.linked() && r.synced && r.offset >= target {
				n++
			}
		}
		if n >= want || t.nodes[0].state == dead || timeout > 0 && !time.Now().Before(deadline) {
			return n
		}
	}
}

func (n *node) answerRole(p *server.Peer) {
	n.t.mu.Lock()
	defer n.t.mu.Unlock()
	p.Block(func(w *server.Writer) {
		if n.index > 0 {
			host, port := split(n.t.nodes[0].server.Addr())
			w.WriteLen(5)
			w.WriteBulk("slave")
			w.WriteBulk(host)
			w.WriteInt(port)
			w.WriteBulk(n.linkState())
			w.WriteInt(int(n.offset))
			return
		}
		replicas := n.t.linkedReplicas()
		w.WriteLen(3)
		w.WriteBulk("master")
		w.WriteInt(int(n.t.log.end))
		w.WriteLen(len(replicas))
		for _, r := range replicas {
			host, port := split(r.server.Addr())
			w.WriteStrings([]string{host, strconv.Itoa(port), strconv.FormatInt(r.offset, 10)})
		}
	})
}

// info is the section of INFO that the chapters read, with Redis' names.
func (n *node) info() string {
	n.t.mu.Lock()
	defer n.t.mu.Unlock()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("# Replication")
	if n.index > 0 {
		host, port := split(n.t.nodes[0].server.Addr())
		line("role:slave\r\nmaster_host:%s\r\nmaster_port:%d", host, port)
		status, syncing := "down", 0
		switch n.linkState() {
		case "connected":
			status = "up"
		case "sync":
			syncing = 1
		}
		line("master_link_status:%s\r\nmaster_sync_in_progress:%d", status, syncing)
		line("slave_repl_offset:%d\r\nslave_read_only:1\r\nconnected_slaves:0", n.offset)
		return b.String()
	}
	replicas := n.t.linkedReplicas()
	line("role:master\r\nconnected_slaves:%d", len(replicas))
	for i, r := range replicas {
		host, port := split(r.server.Addr())
		line("slave%d:ip=%s,port=%d,state=online,offset=%d,lag=0", i, host, port, r.offset)
	}
	line("master_repl_offset:%d\r\nrepl_backlog_active:1\r\nrepl_backlog_size:%d", n.t.log.end, n.t.log.limit)
	line("repl_backlog_first_byte_offset:%d\r\nrepl_backlog_histlen:%d", n.t.log.start, n.t.log.end-n.t.log.start)
	return b.String()
}

// linkState is how ROLE puts it. Called with mu held.
func (n *node) linkState() string {
	switch {
	case !n.linked():
		return "connect"
	case !n.synced:
		return "sync"
	}
	return "connected"
}

// linkedReplicas are those whose link is up. Called with mu held.
func (t *Topology) linkedReplicas() []*node {
	var linked []*node
	for _, r := range t.nodes[1:] {
		if r.linked() && r.synced {
			linked = append(linked, r)
		}
	}
	return linked
}

func split(addr string) (host string, port int) {
	host, text, _ := net.SplitHostPort(addr)
	port, _ = strconv.Atoi(text)
	return host, port
}
