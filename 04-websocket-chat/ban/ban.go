package ban

import (
	"errors"
	"net/netip"
	"sync"
	"time"
)

// Ban keeps somebody away until a time. Of Name and Address at least one is set; with both, it is for that name at that
// address alone.
type Ban struct {
	Name    string
	Address netip.Prefix // as chat.Address makes it: one IPv4 address, or one IPv6 /64
	Reason  string       // for whom it is; may be empty
	Until   time.Time
}

// most is how many bans a list holds: some 200 bytes each.
const most = 10_000

// ErrFull is the error of Add when nothing is over yet that could be forgotten.
var ErrFull = errors.New("as many bans hold as this node remembers: wait until one is over, or keep addresses out by a firewall")

// List is who is to stay away. The zero value is nobody. It may be used by several goroutines.
type List struct {
	mu   sync.Mutex
	bans map[who]Ban
}

type who struct {
	name    string
	address netip.Prefix
}

// Add adds a ban. A later one for the same name and address takes the place of the first, also when it is shorter.
func (l *List) Add(b Ban) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for whom, old := range l.bans {
		if !now.Before(old.Until) {
			delete(l.bans, whom)
		}
	}
	key := who{b.Name, b.Address}
	if _, known := l.bans[key]; !known && len(l.bans) >= most {
		return ErrFull
	}
	if l.bans == nil {
		l.bans = map[who]Ban{}
	}
	l.bans[key] = b
	return nil
}

// Find returns the ban that keeps somebody of that name at that address away for longest.
func (l *List) Find(name string, address netip.Prefix) (found Ban, banned bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, whom := range []who{{name, netip.Prefix{}}, {"", address}, {name, address}} {
		if b, ok := l.bans[whom]; ok && now.Before(b.Until) && b.Until.After(found.Until) {
			found, banned = b, true
		}
	}
	return found, banned
}
