package checks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/redis-chat/workbook/suite"
	"example.com/redis-chat/workbook/workspace"
)

const toolsModule = "workbook/tools" // pins the checkers' versions; no part of the workspace

// output runs a program and returns all that it printed. An exit code other than 0
// is no error: failed reports it.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (out string, failed bool, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 10 * time.Second
	var all bytes.Buffer
	cmd.Stdout, cmd.Stderr = &all, &all
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return all.String(), true, nil
	}
	if err != nil {
		return all.String(), true, fmt.Errorf("run %s: %w", name, err)
	}
	return all.String(), false, nil
}

// objectionsLean is objections, and what has to be compiled for it is compiled with the flags of make test.
func objectionsLean(ctx context.Context, dir string, env []string, name string, args ...string) ([]string, error) {
	goFlags, err := suite.LeanFlags(ctx)
	if err != nil {
		return nil, err
	}
	return objections(ctx, dir, append(env, goFlags), name, args...)
}

// objections runs a checker that exits with 0 when it has none.
func objections(ctx context.Context, dir string, env []string, name string, args ...string) ([]string, error) {
	out, failed, err := output(ctx, dir, env, name, args...)
	if err != nil || !failed {
		return nil, err
	}
	if strings.TrimSpace(out) == "" {
		out = name + " " + strings.Join(args, " ") + " failed without a word"
	}
	return []string{out}, nil
}

func vet(ctx context.Context, root string) ([]string, error) {
	names, err := packageNames(ctx, root)
	if err != nil {
		return nil, err
	}
	return objectionsLean(ctx, root, nil, "go", append([]string{"vet"}, names...)...)
}

// packageNames are all packages but the mistakes of exercises: what is wrong on purpose
// need not please a checker. That they compile is shown where their tests run.
func packageNames(ctx context.Context, root string) ([]string, error) {
	out, failed, err := output(ctx, root, nil, "go", "list", "work")
	if err == nil && failed {
		err = fmt.Errorf("go list work: %s", out)
	}
	return slices.DeleteFunc(strings.Fields(out), func(name string) bool {
		isName := strings.HasPrefix(name, ours) // and no word of the go command's about downloads
		return !isName || strings.Contains(name, "/exercises/") && strings.Contains(name, "/wrong/")
	}), err
}

func staticcheck(ctx context.Context, root string) ([]string, error) {
	names, err := packageNames(ctx, root)
	if err != nil {
		return nil, err
	}
	return checker(ctx, root, "staticcheck", names...)
}

// misspelled looks for words that people often write wrong. Names that the dictionary
// does not hold are no concern of its: nobody keeps a list of them.
func misspelled(ctx context.Context, root string) ([]string, error) {
	var names []string
	for _, pattern := range []string{"*.md", "*.go", "*.js", "*.sh"} {
		files, err := workspace.Files(root, pattern)
		if err != nil {
			return nil, err
		}
		names = append(names, files...)
	}
	return checker(ctx, root, "misspell", append([]string{"-error"}, names...)...)
}

// checker runs a program of the tools' module in the repository's root. go tool builds
// it from the versions there and tells where it is; run from there it would not see the
// workspace.
func checker(ctx context.Context, root, name string, args ...string) ([]string, error) {
	out, failed, err := output(ctx, path.Join(root, toolsModule), []string{"GOWORK=off"}, "go", "tool", "-n", name)
	if err != nil {
		return nil, err
	}
	if failed {
		return nil, fmt.Errorf("build %s: %s", name, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n") // downloads are told first
	return objectionsLean(ctx, root, nil, lines[len(lines)-1], args...)
}

func untidy(ctx context.Context, root string) ([]string, error) {
	modules, err := workspace.Modules(root)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, dir := range modules {
		found, err := objections(ctx, path.Join(root, dir), []string{"GOWORK=off"}, "go", "mod", "tidy", "-diff")
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			findings = append(findings, "in "+dir+":\n"+found[0])
		}
	}
	return findings, nil
}

// failsAlone builds a module, its tests and all that they import, with nothing but its
// own go.mod. It runs nothing: make test does, with the versions that go.work chooses.
func failsAlone(dir string) func(context.Context, string) ([]string, error) {
	return func(ctx context.Context, root string) ([]string, error) {
		for _, args := range [][]string{
			{"list", "-export", "-test", "-f", "", "./..."}, // compiles, and links nothing
			{"vet", "./..."},
		} {
			found, err := objectionsLean(ctx, path.Join(root, dir), []string{"GOWORK=off"}, "go", args...)
			if err != nil || len(found) > 0 {
				return found, err
			}
		}
		return nil, nil
	}
}
