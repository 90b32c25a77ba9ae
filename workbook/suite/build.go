package suite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// program is the compiled tests of a package.
type program struct {
	testedPackage
	file string
}

// build compiles the packages' tests into root's bin/tests. go test would link each
// program anew for each run, 3 s of a processor's time apiece with the race detector;
// what go test -c finds there up to date it leaves alone.
func build(ctx context.Context, o Options, packages []testedPackage, flags []string) ([]program, error) {
	var programs []program
	for i, group := range withoutNamesakes(packages) {
		folder := filepath.Join(o.Root, "bin", "tests", fmt.Sprint(i))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, fmt.Errorf("make the folder for the test programs: %w", err)
		}
		// Nobody debugs these programs: -w leaves out what a debugger reads, and a third of
		// the linker's time. make check runs vet.
		args := append([]string{"test", "-c", "-vet=off", "-ldflags=-w", "-o", folder + string(filepath.Separator)}, flags...)
		for _, p := range group {
			args = append(args, p.path)
			programs = append(programs, program{p, filepath.Join(folder, p.name()+".test"+executable())})
		}
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = o.Root
		cmd.Stdout, cmd.Stderr = o.Err, o.Err
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("compile the tests: go %s: %w", strings.Join(args[:2], " "), err)
		}
	}
	return programs, nil
}

// withoutNamesakes divides the packages into groups in which no two have the same last
// name, as go test -c names the programs after that.
func withoutNamesakes(packages []testedPackage) [][]testedPackage {
	var groups [][]testedPackage
next:
	for _, p := range packages {
		for i, group := range groups {
			if !slices.ContainsFunc(group, func(other testedPackage) bool { return other.name() == p.name() }) {
				groups[i] = append(group, p)
				continue next
			}
		}
		groups = append(groups, []testedPackage{p})
	}
	return groups
}

func executable() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
