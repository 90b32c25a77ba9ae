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

// build builds the programs in these folders of the repository, each to bin/run/FOLDER/NAME.
// One go command builds many, but no two of one name.
func (o Options) build(ctx context.Context, folders []string) error {
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
		args := []string{"build", "-buildvcs=false", "-o", o.bin + string(filepath.Separator)}
		for _, f := range now {
			args = append(args, "./"+f)
		}
		if out, err := o.goCommand(ctx, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("build the programs that the texts run: %w\n%s", err, out)
		}
		for _, f := range now {
			if err := os.MkdirAll(filepath.Join(o.bin, "run", f), 0o755); err != nil {
				return fmt.Errorf("make a folder for a program: %w", err)
			}
			if err := os.Rename(filepath.Join(o.bin, path.Base(f)), filepath.Join(o.bin, "run", f, path.Base(f))); err != nil {
				return fmt.Errorf("move a program: %w", err)
			}
		}
		folders = later
	}
	return nil
}

// compile compiles the tests of packages, so that a go test in a session has only to link them: how long that takes is not
// what a session waits for.
func (o Options) compile(ctx context.Context, packages []string) error {
	if len(packages) == 0 {
		return nil
	}
	args := append([]string{"list", "-export", "-test", "-f", ""}, packages...)
	if out, err := o.goCommand(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("compile the tests that the texts run: %w\n%s", err, out)
	}
	return nil
}

func (o Options) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Root
	cmd.Env = append(os.Environ(), o.goFlags)
	return cmd
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
