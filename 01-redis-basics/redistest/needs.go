package redistest

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/redis-chat/01-redis-basics/launch"
)

// without skips the test with a sentence that says what is missing. With
// REQUIRE_REDIS=1 it fails instead, so that a check of everything cannot pass by
// leaving tests out.
func without(t testing.TB, sentence string) {
	t.Helper()
	skipOrFail(t, "REQUIRE_REDIS", sentence)
}

func skipOrFail(t testing.TB, variable, sentence string) {
	t.Helper()
	if os.Getenv(variable) == "1" {
		t.Fatal(sentence)
	}
	t.Skip(sentence)
}

// NeedsProgram returns the path of a program, and skips the test where it is not on the PATH, saying what is not tested
// then. With the variable at 1, as in REQUIRE_PROXIES=1, it fails instead.
func NeedsProgram(t testing.TB, name, variable, otherwise string) (path string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skipOrFail(t, variable, name+" is not on the PATH (make doctor tells how to get it): "+otherwise)
	}
	return path
}

// NeedsServer skips the test unless WORKBOOK_REDIS=server.
func NeedsServer(t testing.TB) {
	t.Helper()
	if backend(t).Kind != launch.KindServer {
		without(t, "only a real server can show this: run it with WORKBOOK_REDIS=server and redis-server or valkey-server on the PATH")
	}
}

// NeedsVersion skips the test on a real server older than Redis major.minor, the
// version that brought what. Valkey says which Redis it can stand in for.
func NeedsVersion(t testing.TB, major, minor int, what string) {
	t.Helper()
	if backend(t).Kind == launch.KindEmbedded {
		return
	}
	info := Start(t).Info(t.Context(), "server").Val()
	found := regexp.MustCompile(`redis_version:((\d+)\.(\d+)\S*)`).FindStringSubmatch(info)
	if found == nil {
		return // it does not tell: then the test tells
	}
	x, _ := strconv.Atoi(found[2])
	y, _ := strconv.Atoi(found[3])
	if x < major || x == major && y < minor {
		without(t, what+" came with Redis "+strconv.Itoa(major)+"."+strconv.Itoa(minor)+", and this is "+found[1])
	}
}

// NeedsTLS skips the test unless there is a real server that was built with TLS.
// Redis built without TLS does not know the setting, and Valkey refuses it. A server
// built with TLS complains here about its missing certificate.
func NeedsTLS(t testing.TB) {
	t.Helper()
	NeedsServer(t)
	p, err := launch.StartProcess(t.Context(), launch.ProcessOptions{Args: []string{"--tls-port", "1"}})
	if err == nil {
		err = p.Close()
	}
	if err != nil && (strings.Contains(err.Error(), "setting tls-port") || strings.Contains(err.Error(), "finding TLS support")) {
		without(t, "this server was built without TLS: install one from your system's packages")
	}
}
