package transcript

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/redis-chat/workbook/doctor"
)

var number = regexp.MustCompile(`\b\d{4,5}\b`)

// looking is held while ports are tried: two sessions that look at once would each find the other's look.
var looking sync.Mutex

// takenPort returns a sentence about a port that a session needs and somebody has: one of
// those that our programs take by default, or one that its commands name.
func takenPort(s *Session) error {
	looking.Lock()
	defer looking.Unlock()
	ports := slices.Clone(doctor.Ports)
	for _, n := range number.FindAllString(strings.Join(s.commands(), "\n"), -1) {
		if port, err := strconv.Atoi(n); err == nil && port > 1023 && port < 1<<16 {
			ports = append(ports, port)
		}
	}
	for _, port := range ports {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return fmt.Errorf("session %s needs port %d, which is taken, as this machine gives a session no network of its own: end what runs there", s.Name, port)
		}
		_ = l.Close() // nothing came in, nothing can get lost
	}
	return nil
}
