package cmdline

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// The functions below are for fs.Func. Each sets a value, or returns an error that
// says what is wanted and stands behind the name of the flag or variable. A look at
// the values after parsing could not tell which of the two had the mistake.

// Number sets a whole number within limits.
func Number(n *int, least, most int) func(string) error {
	return func(s string) error {
		v, err := strconv.Atoi(s)
		if err != nil || v < least || v > most {
			return fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		*n = v
		return nil
	}
}

// Rate sets a number that may have a fraction, within limits.
func Rate(r *float64, least, most float64) func(string) error {
	return func(s string) error {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || !(v >= least && v <= most) { // NaN is neither
			return fmt.Errorf("want a number from %g to %g", least, most)
		}
		*r = v
		return nil
	}
}

// longest is the most that Time takes. A longer time is a typing mistake, and a sum
// or a multiple of this one still fits into its type.
const longest = 24 * time.Hour

// Time sets a time from least to a day.
func Time(d *time.Duration, least time.Duration) func(string) error {
	return func(s string) error {
		v, err := time.ParseDuration(s)
		if err != nil || v < least || v > longest {
			return fmt.Errorf("want a time from %v to 24h, with its unit, as in 250ms or 10s", least)
		}
		*d = v
		return nil
	}
}

// Secret is around another of these functions: the sentence about a value that it refuses shows nothing of the value.
func Secret(set func(string) error) func(string) error {
	return func(s string) error {
		if err := set(s); err != nil {
			return &secret{err}
		}
		return nil
	}
}

type secret struct{ error }

func (s *secret) Unwrap() error { return s.error }

// OneOf sets one of these words.
func OneOf(word *string, words ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(words, s) {
			last := len(words) - 1
			return fmt.Errorf("want %s or %s", strings.Join(words[:last], ", "), words[last])
		}
		*word = s
		return nil
	}
}

// Host sets the name or the address of a machine: see CheckHost.
func Host(host *string) func(string) error {
	return func(s string) error {
		if err := CheckHost(s); err != nil {
			return err
		}
		*host = s
		return nil
	}
}

// Addr sets the host:port of a server: see CheckAddr.
func Addr(addr *string) func(string) error {
	return func(s string) error {
		if err := CheckAddr(s); err != nil {
			return err
		}
		*addr = s
		return nil
	}
}

// Addrs adds the host:port of several servers, which commas separate. A password may hold a comma: so a list with a user in it
// is refused as a whole, and no part of it is shown.
func Addrs(addrs *[]string) func(string) error {
	return func(s string) error {
		if harmless.IsURL(s) || strings.Contains(s, "@") {
			return errAddrs
		}
		var list []string
		for item := range strings.SplitSeq(s, ",") {
			item = strings.TrimSpace(item)
			if err := CheckAddr(item); err != nil {
				return fmt.Errorf("%q: %w", harmless.Value(item), err)
			}
			list = append(list, item)
		}
		*addrs = append(*addrs, list...)
		return nil
	}
}

var (
	errAddrs = errors.New("want host:port of each, separated by commas, as in 127.0.0.1:26379,127.0.0.1:26380: no URL, no user, no password")
	errAddr  = errors.New("want host:port, such as 127.0.0.1:6379")
	errHost  = errors.New("want a host name or an address alone, such as 127.0.0.1: no scheme, no port, no list")
)

// ErrURL says what to set instead of a URL of Redis, for those who give one.
var ErrURL = errors.New("no URL: its user goes into REDIS_USERNAME, its password into REDIS_PASSWORD, and rediss is REDIS_TLS=true")

// CheckAddr says what is wrong with the host:port of a server, before somebody
// dials it: a bad value is the user's mistake, not a server that is away.
func CheckAddr(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if harmless.IsURL(addr) {
		return fmt.Errorf("%w; %w", errAddr, ErrURL)
	}
	if err != nil || CheckHost(host) != nil || !validPort(port) {
		return errAddr
	}
	return nil
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// CheckHost says what is wrong with a host. Without it a program would look up a
// text that can be no host, and wait as if that host were away.
func CheckHost(host string) error {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if !validLabel(label) {
			return errHost
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" { // 127.0.0.256: no name ends in a number
		return errHost
	}
	return nil
}

// validLabel allows the underscore: the name of a host should have none, but
// the names of containers do.
func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' {
		return false
	}
	return strings.IndexFunc(label, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}
