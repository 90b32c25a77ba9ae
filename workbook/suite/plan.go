package suite

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// run is one run of the tests.
type run struct {
	headline string
	set      []string // variables set for this run, over the environment's
	unset    []string // variables that this run does not see
	onRedis  bool     // only the packages that stand on Redis, or have asked for a server
	short    bool     // without the long tests, which another run has
}

// plan says which runs there are, and why the one on a real server is left out, if
// it is. Everything runs embedded; the packages that use Redis run again on the
// server, and so does what has asked for one. Tests in the browser run the first time only. Tests with Node.js, which
// has no use for embedded servers, and the long ones run the second time only.
func plan(env []string, server string) (runs []run, notes []string) {
	if backend := lookup(env, "WORKBOOK_REDIS"); backend != "" {
		return []run{{headline: "on " + backend + ", as WORKBOOK_REDIS says"}}, nil
	}
	embedded := run{
		headline: "embedded: Redis inside of the tests (WORKBOOK_REDIS=embedded)",
		set:      []string{"WORKBOOK_REDIS=embedded"},
		unset:    []string{"REQUIRE_REDIS"},
	}
	if server == "" && lookup(env, "REQUIRE_REDIS") != "1" {
		return []run{embedded}, []string{"Not run on a real server: neither redis-server nor valkey-server is on the PATH (make doctor tells how to get one)."}
	}
	if server == "" {
		server = "redis-server, which REQUIRE_REDIS=1 asks for"
	}
	embedded.unset = append(embedded.unset, "REQUIRE_NODE")
	embedded.short = true
	real := run{
		headline: fmt.Sprintf("server: what stands on Redis, again on %s (WORKBOOK_REDIS=server)", server),
		set:      []string{"WORKBOOK_REDIS=server"},
		unset:    []string{"REQUIRE_BROWSER"},
		onRedis:  true,
	}
	return []run{embedded, real}, nil
}

// ErrBackend is in the error of a WORKBOOK_REDIS that no test would know what to do
// with: each would fail, with the same words.
var ErrBackend = errors.New("want embedded, server, or host:port[,host:port…] of running servers, the master first")

// checkBackend takes what the tests take: an IPv6 address stands in brackets, and
// there may be spaces around what stands between the commas.
func checkBackend(backend string) error {
	switch backend = strings.TrimSpace(backend); backend {
	case "", "embedded", "server":
		return nil
	}
	for addr := range strings.SplitSeq(backend, ",") {
		host, port, err := net.SplitHostPort(strings.TrimSpace(addr))
		if n, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil || n == 0 || host == "" || strings.ContainsAny(host, " /") {
			return fmt.Errorf("WORKBOOK_REDIS %q: %w", backend, ErrBackend)
		}
	}
	return nil
}

// givesPackages reports whether the arguments for go test name packages.
func givesPackages(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		return a == "." || a == "work" || strings.HasPrefix(a, "./") || strings.HasPrefix(a, "example.com/")
	})
}

// covers reports whether the run is one of the package's. asked are the packages whose tests have
// asked for a server in the runs before.
func (r run) covers(p testedPackage, asked map[string]bool) bool {
	return !r.onRedis || p.onRedis || asked[p.path]
}

// environ is env with the variables of this run.
func (r run) environ(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(r.unset, name)
	})
	return append(env, r.set...) // the last value of a name counts
}

func lookup(env []string, name string) string {
	for _, v := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
