package sentinel

import (
	"context"
	"net"
	"slices"
)

// sameServer reports whether two words for a server, each host:port, mean the same one. A replica tells whom it follows in the words of its
// own REPLICAOF, and a Sentinel tells of the master in its own: one may be a name, and the other the address that it stands for.
// Without this a node would find no replica that follows the master. Two names are not looked up, and count as two servers:
// else whoever follows the Sentinels would wait for a name server in each failover.
func sameServer(ctx context.Context, a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	switch ipA, ipB := net.ParseIP(hostA), net.ParseIP(hostB); {
	case a == b:
		return true
	case errA != nil || errB != nil || portA != portB:
		return false
	case ipA != nil && ipB != nil:
		return ipA.Equal(ipB)
	case ipA != nil:
		return leadsTo(ctx, hostB, ipA)
	case ipB != nil:
		return leadsTo(ctx, hostA, ipB)
	}
	return false
}

// leadsTo reports whether a name stands for an address, among others. A name that cannot be looked up here stands for none.
func leadsTo(ctx context.Context, name string, ip net.IP) bool {
	addrs, _ := net.DefaultResolver.LookupHost(ctx, name)
	return slices.ContainsFunc(addrs, func(addr string) bool { return net.ParseIP(addr).Equal(ip) })
}
