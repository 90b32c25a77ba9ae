package chat

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
)

// capacity counts a hub's connections, in all and by where they come from. A
// place is taken before the upgrade and given back with the socket. Upgrades run
// side by side: whoever counts after them lets too many in.
type capacity struct {
	most, mostEach int // 0: no limit

	mu      sync.Mutex
	taken   int
	sources map[netip.Prefix]*source // only where each has a limit
}

// source is where connections come from.
type source struct {
	prefix netip.Prefix
	taken  int // under capacity.mu
}

// reserve takes a place for a client at that address; why is a sentence when there
// is none. The source is nil where no source has a limit.
func (p *capacity) reserve(addr string) (from *source, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	prefix := prefixOf(addr)
	if why := p.full(prefix); why != "" {
		return nil, why
	}
	p.taken++
	if p.mostEach == 0 {
		return nil, ""
	}
	from = p.sources[prefix]
	if from == nil {
		from = &source{prefix: prefix}
		put(&p.sources, prefix, from)
	}
	from.taken++
	return from, ""
}

// release gives back a place that reserve has taken.
func (p *capacity) release(from *source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if from == nil {
		return
	}
	if from.taken--; from.taken == 0 { // or every address that ever came would stay
		delete(p.sources, from.prefix)
	}
}

// peek tells what reserve would say, and takes no place.
func (p *capacity) peek(addr string) (why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.full(prefixOf(addr))
}

func (p *capacity) full(prefix netip.Prefix) (why string) {
	if p.most > 0 && p.taken >= p.most {
		return fmt.Sprintf("this node has the %d connections that it may have (MAX_CONNS); come back in a moment, or go to another node", p.most)
	}
	if from := p.sources[prefix]; from != nil && from.taken >= p.mostEach {
		return fmt.Sprintf("your address has the %d connections that it may have (MAX_CONNS_PER_IP); close one first", p.mostEach)
	}
	return ""
}

// prefixOf is what counts as one address: with IPv6 a /64, the smallest part
// that a home or a rented server gets, with 2^64 addresses to choose from. All
// that is no IP address, such as a Unix socket's, counts as one address.
func prefixOf(addr string) netip.Prefix {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := at.Addr().Unmap(), 32
	if ip.Is6() {
		bits = 64
	}
	prefix, _ := ip.Prefix(bits) // drops the zone; no error, as the bits fit
	return prefix
}

// refuseFull answers a client that finds no place. The pause is drawn for each, so
// that clients that were refused together do not come back together. 3 s spare a full
// node; 8 s are less than the time that talk keeps a typed line. The socket is
// closed: a full node has too many of them.
func refuseFull(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", strconv.Itoa(3+rand.IntN(6)))
	w.Header().Set("Connection", "close")
	http.Error(w, why, http.StatusServiceUnavailable)
}
