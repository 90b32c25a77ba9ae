package transcript

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
)

// build builds the programs in these folders of the repository, each to bin/FOLDER/NAME.
// One go command builds many, but no two of one name. Without what a debugger reads they are linked sooner.
func build(ctx context.Context, root, bin string, folders []string) error {
	slices.Sort(folders)
	folders = slices.Compact(folders)
	for len(folders) > 0 {
		var now, later []string
		names := map[string]bool{}
		for _, f := range folders {
			if names[path.Base(f)] {
				later = append(later, f)
				continue
			}
			names[path.Base(f)] = true
			now = append(now, f)
		}
		args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin + string(filepath.Separator)}
		for _, f := range now {
			args = append(args, "./"+f)
		}
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build the programs that the texts run: %w\n%s", err, out)
		}
		for _, f := range now {
			if err := os.MkdirAll(filepath.Join(bin, "run", f), 0o755); err != nil {
				return fmt.Errorf("make a folder for a program: %w", err)
			}
			if err := os.Rename(filepath.Join(bin, path.Base(f)), filepath.Join(bin, "run", f, path.Base(f))); err != nil {
				return fmt.Errorf("move a program: %w", err)
			}
		}
		folders = later
	}
	return nil
}

// compile compiles the tests of packages, so that a go test in a session has only to link them: how long that takes is not
// what a session waits for.
func compile(ctx context.Context, root string, packages []string) error {
	if len(packages) == 0 {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-export", "-test", "-f", ""}, packages...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the tests that the texts run: %w\n%s", err, out)
	}
	return nil
}

// shim stands for go on a session's PATH: what go run would build is there already. As go run does, it waits at
// Ctrl-C, prints how the program ended, and exits with 1 for whatever it was.
const shim = `#!/bin/sh
if [ "$1" = run ] && [ -x "%[1]s/run/${2#./}/${2##*/}" ]; then
  program="%[1]s/run/${2#./}/${2##*/}"
  shift 2
  trap : INT
  "$program" "$@"
  status=$?
  case $status in
    0) exit 0 ;;
    130) echo "signal: interrupt" >&2 ;;
    137) echo "signal: killed" >&2 ;;
    *) echo "exit status $status" >&2 ;;
  esac
  exit 1
fi
cd "%[2]s" && exec "%[3]s" "$@"
`

func writeShim(dir string, o Options) error {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("find the go command: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), fmt.Appendf(nil, shim, o.bin, o.Root, goCommand), 0o755); err != nil {
		return fmt.Errorf("write what stands for go: %w", err)
	}
	return nil
}
