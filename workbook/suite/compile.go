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

// programs gives each package's tests a file in root's bin/tests. go test would link
// each program anew in each run, which takes 3 s of a processor's time with the race
// detector. go test -c leaves a file alone that is up to date.
func programs(root string, packages []testedPackage) []program {
	var all []program
	for _, p := range packages {
		name := strings.ReplaceAll(strings.TrimPrefix(p.path, ours), "/", "_") + ".test"
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		all = append(all, program{p, filepath.Join(root, "bin", "tests", name)})
	}
	return all
}

// lean are flags for programs that nobody debugs or measures: -w leaves out what a
// debugger reads, and a third of the linker's time. Without inlining, packages that
// use go-redis' large interfaces compile twice as fast, and the rest a tenth faster.
// The tests run as fast as before, as long as the standard library keeps its flags.
// vet is for make check, which gives the same flags, so that either finds compiled what the other did.
var lean = []string{
	"-vet=off", "-ldflags=-w",
	"-gcflags=" + ours + "...=-l",
	"-gcflags=github.com/...=-l", "-gcflags=google.golang.org/...=-l", "-gcflags=golang.org/...=-l", "-gcflags=gopkg.in/...=-l",
}

// Lean returns the flags with which the tests' programs are compiled.
func Lean() []string { return slices.Clone(lean) }

// LeanFlags returns the variable GOFLAGS with the lean flags behind those that are set: for every go
// command that a test or a check calls. Without it what they build would need the workbook's
// dependencies compiled a second time: a minute on a fresh machine.
func LeanFlags(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOFLAGS").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOFLAGS: %w%s", err, stderr(err))
	}
	flags := append(strings.Fields(string(out)), lean...)
	return "GOFLAGS=" + strings.Join(flags, " "), nil
}

// compile brings the program up to date. The error says what the compiler said.
func (p program) compile(ctx context.Context, root string, flags []string) error {
	if err := os.MkdirAll(filepath.Dir(p.file), 0o755); err != nil {
		return fmt.Errorf("make the folder for the test programs: %w", err)
	}
	args := append(append([]string{"test", "-c", "-o", p.file}, lean...), flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, p.path)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s\n%w", strings.TrimSpace(string(out)), err)
	}
	return nil
}
