package chat

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// capacity counts a hub's connections, in all and by where they come from, and how fast new ones
// come. A place is taken before the upgrade and given back with the socket. Upgrades run
// side by side: whoever counts after them lets too many in.
type capacity struct {
	most, mostEach int // 0: no limit
	rates          SharedRates
	newConns       *rate.Limiter // of all addresses; nil: no limit

	mu      sync.Mutex
	taken   int
	sources *sources
}

func newCapacity(o *Options) capacity {
	return capacity{
		most: o.MaxConns, mostEach: o.MaxConnsPerIP, rates: o.Shared, newConns: o.newConns(o.Shared.NewConnsPerNode), sources: newSources(o),
	}
}

// reserve takes a place for a client at that address, or refuses it: there is none, or too many
// come a second. The source is nil where no address has a limit.
func (p *capacity) reserve(addr string) (from *source, no *busy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from = p.sources.at(Address(addr))
	now := time.Now()
	switch no := p.full(from); {
	case no != nil:
		return nil, no
	case from != nil && !lets(from.newConns, now, 1):
		return nil, p.addressTooFast()
	case !lets(p.newConns, now, 1):
		return nil, p.nodeTooFast()
	}
	p.taken++
	if from != nil {
		from.taken++
		p.sources.stay(from)
	}
	return from, nil
}

// release gives back a place that reserve has taken.
func (p *capacity) release(from *source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if from == nil {
		return
	}
	if from.taken--; from.taken == 0 {
		p.sources.leave(from)
	}
}

// peek tells what reserve would say, and takes no place.
func (p *capacity) peek(addr string) *busy {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := p.sources.at(Address(addr))
	switch no := p.full(from); {
	case no != nil:
		return no
	case from != nil && from.newConns != nil && from.newConns.Tokens() < 1:
		return p.addressTooFast()
	case p.newConns != nil && p.newConns.Tokens() < 1:
		return p.nodeTooFast()
	}
	return nil
}

func (p *capacity) full(from *source) *busy {
	if p.most > 0 && p.taken >= p.most {
		why := fmt.Sprintf("this node has the %d connections that it may have (MAX_CONNS); come back in a moment, or go to another node", p.most)
		return &busy{http.StatusServiceUnavailable, why, 0}
	}
	if p.mostEach > 0 && from.taken >= p.mostEach {
		why := fmt.Sprintf("your address has the %d connections that it may have (MAX_CONNS_PER_IP); close one first", p.mostEach)
		return &busy{http.StatusServiceUnavailable, why, addressPause}
	}
	return nil
}

func (p *capacity) addressTooFast() *busy {
	why := fmt.Sprintf("your address opens more than %s connections a second (NEW_CONNS_PER_IP); come back in a moment", decimal(p.rates.NewConnsPerIP))
	return &busy{http.StatusTooManyRequests, why, addressPause}
}

func (p *capacity) nodeTooFast() *busy {
	why := fmt.Sprintf("more than %s clients a second come to this node (NEW_CONNS_PER_NODE); come back in a moment, or go to another node", decimal(p.rates.NewConnsPerNode))
	return &busy{http.StatusTooManyRequests, why, 0}
}

// source is an address that clients come from, and what it may still do. Its limiters are nil
// where there is no limit.
type source struct {
	prefix                     netip.Prefix
	newConns, messages, volume *rate.Limiter // volume: in bytes

	// Under capacity.mu.
	taken  int           // its connections
	absent *list.Element // nil: it has some
	left   time.Time     // if absent: since when
}

// sources are the addresses that are known: those that have connections, and those that had some a
// moment ago. If these were forgotten at once, whoever connects anew would have fresh limits.
// Their number is bounded, whoever comes.
type sources struct {
	o      *Options // nil: no address has a limit, and none is known
	keep   time.Duration
	known  map[netip.Prefix]*source
	absent list.List // of *source, whoever left first in front
}

// mostAbsent is how many addresses without a connection are known: some 600 bytes each. Whoever has
// more addresses than that has fresh limits anyway.
const mostAbsent = 16 << 10

func newSources(o *Options) *sources {
	s := &sources{known: map[netip.Prefix]*source{}}
	if o.MaxConnsPerIP > 0 || o.Shared.PerIP >= 0 || o.Shared.BytesPerIP >= 0 || o.Shared.NewConnsPerIP >= 0 {
		s.o = o
		one := s.make(netip.Prefix{})
		s.keep = max(full(one.newConns), full(one.messages), full(one.volume)) // then it is as good as new
	}
	return s
}

func (s *sources) make(prefix netip.Prefix) *source {
	rates := s.o.Shared
	return &source{
		prefix: prefix, newConns: s.o.newConns(rates.NewConnsPerIP), messages: s.o.messages(rates.PerIP), volume: s.o.bytes(rates.BytesPerIP),
	}
}

// at returns the source of a prefix; nil where no address has a limit.
func (s *sources) at(prefix netip.Prefix) *source {
	if s.o == nil {
		return nil
	}
	from := s.known[prefix]
	if from == nil {
		from = s.make(prefix)
		s.known[prefix] = from
		s.leave(from) // as long as it has no connection
	}
	return from
}

// stay notes that a source has connections.
func (s *sources) stay(from *source) {
	if from.absent != nil {
		s.absent.Remove(from.absent)
		from.absent = nil
	}
}

// leave notes that a source has no connections, and forgets those that have had none for long.
func (s *sources) leave(from *source) {
	s.stay(from)
	from.left = time.Now()
	from.absent = s.absent.PushBack(from)
	for {
		first := s.absent.Front().Value.(*source)
		if first == from || s.absent.Len() <= mostAbsent && time.Since(first.left) < s.keep {
			return
		}
		s.stay(first)
		delete(s.known, first.prefix)
	}
}

// Address is what counts as one address of a client's host and port: with IPv6 a /64, the smallest part
// that a home or a rented server gets, with 2^64 addresses to choose from. All
// that is no IP address, such as a Unix socket's, counts as one address.
func Address(addr string) netip.Prefix {
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

// busy is the answer to a client that finds no place, or comes too fast.
type busy struct {
	status int
	why    string        // a sentence
	pause  time.Duration // before it is given
}

// addressPause is before an address that is over a limit is told so. Whoever does not wait as long as
// it is told, but comes again at once, then costs the node ten answers a second, and not a thousand.
const addressPause = 100 * time.Millisecond

// answer refuses a client. Retry-After is drawn for each, so
// that clients that were refused together do not come back together. 3 s spare a full
// node; 8 s are less than the time that talk keeps a typed line. The socket is
// closed: a full node has too many of them.
func (no *busy) answer(w http.ResponseWriter, r *http.Request) {
	if no.pause > 0 {
		select {
		case <-time.After(no.pause):
		case <-r.Context().Done():
		}
	}
	w.Header().Set("Retry-After", strconv.Itoa(3+rand.IntN(6)))
	w.Header().Set("Connection", "close")
	http.Error(w, no.why, no.status)
}
