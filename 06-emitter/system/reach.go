package system

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

// A node that listens on every address is reached by this machine at 127.0.0.1, and by others at an address of the
// network between them; one that listens on one address, at that.

func (s *System) nodeURL(i int) string { return s.o.urlOf(i, s.o.local()) }

// urlElsewhere is node i's as a page must know it that is open on another machine; on this one it leads there, too.
func (s *System) urlElsewhere(i int) string { return s.o.urlOf(i, s.o.elsewhere()) }

func (o Options) urlOf(i int, host string) string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(o.Ports[i]))
}

// onAll reports whether the nodes listen on every address of this machine.
func (o Options) onAll() bool {
	addr, err := netip.ParseAddr(o.Host)
	return err == nil && addr.IsUnspecified()
}

func (o Options) local() string {
	if o.onAll() {
		return "127.0.0.1"
	}
	return o.Host
}

// elsewhere is the name or address by which other machines reach the nodes. Where none can, it is the local one.
func (o Options) elsewhere() string {
	if all := addresses(); o.onAll() && len(all) > 0 {
		return all[0]
	}
	return o.local()
}

// shared reports whether other machines reach the nodes.
func (o Options) shared() bool { return !cmdline.IsLoopback(o.elsewhere()) }

// addresses are this machine's IPv4 addresses in networks with others. First comes that of the network which leads
// furthest, and not that of a container's bridge.
func addresses() []string {
	furthest := ""
	if conn, err := net.Dial("udp", "192.0.2.1:9"); err == nil { // nothing is sent: only a way is chosen
		furthest = conn.LocalAddr().(*net.UDPAddr).IP.String()
		_ = conn.Close()
	}
	found, _ := net.InterfaceAddrs() // with an error: none
	return inNetworks(furthest, found)
}

// inNetworks keeps of the addresses those under which others can reach this machine, once each.
func inNetworks(furthest string, found []net.Addr) (all []string) {
	if furthest != "" {
		all = append(all, furthest)
	}
	for _, a := range found {
		prefix, err := netip.ParsePrefix(a.String())
		if addr := prefix.Addr(); err == nil && addr.Is4() && addr.IsGlobalUnicast() && addr.String() != furthest {
			all = append(all, addr.String())
		}
	}
	return all
}

// reach says how other machines reach the nodes, and what whoever does may do; "": none does.
func (s *System) reach() string {
	if !s.o.shared() {
		return ""
	}
	var urls []string
	for i := range s.o.Ports {
		urls = append(urls, s.urlElsewhere(i))
	}
	return fmt.Sprintf("From other machines: %s\n"+
		"  Whoever is in that network can read and write in every room, under any name, and nothing is encrypted.\n"+
		"  Map, buttons and Redis are for this machine alone. Under a name instead of an address nodes answer when\n"+
		"  ALLOWED_HOSTS lists it.\n", strings.Join(urls, " "))
}
