package system

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressOfTheNetworkThatLeadsFurthestComesFirst(t *testing.T) {
	var found []net.Addr
	for _, a := range []string{"127.0.0.1/8", "::1/128", "172.17.0.1/16", "192.168.1.5/24", "169.254.3.4/16", "fe80::1/64", "fd00::2/64"} {
		addr := netip.MustParsePrefix(a)
		found = append(found, &net.IPNet{IP: addr.Addr().AsSlice(), Mask: net.CIDRMask(addr.Bits(), addr.Addr().BitLen())})
	}
	require.Equal(t, []string{"192.168.1.5", "172.17.0.1"}, inNetworks("192.168.1.5", found), "a container's bridge leads to nobody's laptop")
	require.Equal(t, []string{"172.17.0.1", "192.168.1.5"}, inNetworks("", found), "without a way out, as they come")
	require.Empty(t, inNetworks("", found[:2]), "loopback is for this machine alone")
}

// Whoever lets others in by one address or name reaches the nodes under it, and under the machine's addresses.
func TestNodesAnswerUnderTheNameThatTheyListenOn(t *testing.T) {
	t.Setenv("ALLOWED_HOSTS", "")
	s := &System{o: Options{Host: "chat.example", Ports: []int{3000, 3001}}}
	names := strings.Split(s.settings(0)["ALLOWED_HOSTS"], ",")
	require.Contains(t, names, "chat.example")
	require.Subset(t, names, addresses())
	require.NotContains(t, (&System{o: Options{Host: "127.0.0.1", Ports: []int{3000}}}).settings(0), "ALLOWED_HOSTS", "on loopback the nodes need no other names")
}
