package suite

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

const (
	ours = "example.com/redis-chat/" // begins the path of every package here
	// launch is the package that hands out Redis: a test that does not import it,
	// not even through others, does not depend on where Redis comes from.
	launch   = ours + "01-redis-basics/launch"
	workbook = ours + "workbook/"
	// chromedp drives the browser, centrifuge is a peer that does not start on embedded
	// servers. Each is a good part of all that must be compiled.
	chromedp   = "github.com/chromedp/chromedp"
	centrifuge = "github.com/centrifugal/centrifuge"
)

// crowded are the packages whose tests start many processes, or a browser, and could
// keep a machine of two cores busy by themselves. The slowest stands first.
var crowded = []string{
	workbook + "browser",
	ours + "labs/load-test",
	ours + "05-distributed-relay",
	ours + "06-emitter",
	ours + "06-emitter/system",
	ours + "05-distributed-relay/cmd/node",
	ours + "labs/faults",
	ours + "labs/no-message-lost",
	ours + "06-emitter/cmd/system",
	ours + "labs/load-test/cmd/loadtest",
	ours + "06-emitter/interop",
	ours + "labs/failover",
	ours + "02-replication/sentinel",
	ours + "05-distributed-relay/places",
}

// testedPackage is a package that has tests.
type testedPackage struct {
	path     string // its import path
	dir      string // its folder, in which its tests run
	onRedis  bool   // its tests reach the package that hands out Redis
	browsing bool   // its tests drive a browser
	peer     bool   // its tests start the peer that needs a real server
}

// listPackages lists the packages of the workspace that have tests, in the order in
// which they should begin: the slowest must not be left for the end.
func listPackages(ctx context.Context, root string) ([]testedPackage, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-test", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{join .Deps \" \"}}", "work")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -test work: %w%s", err, stderr(err))
	}
	packages := parsePackages(string(out))
	rank := func(p testedPackage) int {
		if i := slices.Index(crowded, p.path); i >= 0 {
			return i
		}
		return len(crowded)
	}
	slices.SortStableFunc(packages, func(a, b testedPackage) int { return rank(a) - rank(b) })
	return packages, nil
}

// parsePackages reads the lines of go list: import path, folder, and what it depends
// on, divided by tabs. A package's tests are the program of its name with .test behind
// it. Most of the workbook's own tests need launch, and few ask which Redis it is: those say so when they
// are skipped.
func parsePackages(list string) []testedPackage {
	var packages []testedPackage
	for line := range strings.Lines(list) {
		importPath, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dir, dependencies, _ := strings.Cut(rest, "\t")
		name, isTest := strings.CutSuffix(importPath, ".test")
		if !isTest || strings.Contains(name, "/exercises/") { // the learner's work fails until it is done
			continue
		}
		deps := strings.Fields(dependencies)
		packages = append(packages, testedPackage{
			path:     name,
			dir:      dir,
			browsing: slices.Contains(deps, chromedp),
			peer:     slices.Contains(deps, centrifuge),
			onRedis:  slices.Contains(deps, launch) && !strings.HasPrefix(name, workbook),
		})
	}
	return packages
}

func stderr(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return "\n" + strings.TrimSpace(string(exit.Stderr))
	}
	return ""
}
