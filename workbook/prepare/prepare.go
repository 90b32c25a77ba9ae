package prepare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/redis-chat/workbook/workspace"
)

// Options say what to prepare.
type Options struct {
	Root  string    // the repository
	Stick string    // the folder to hand out; "": none
	Out   io.Writer // a line for each step

	env []string // for each go command, behind the process's own
}

// step is one thing that is done, and told.
type step struct {
	name string
	do   func(ctx context.Context) error
}

// Run does all steps, one after the other. The error names the step, and says what the go command said.
func Run(ctx context.Context, o Options) error {
	steps := []step{
		{"modules: download those of all chapters, labs and tools", o.download},
		{"programs and tests: compile them (some minutes on a new machine)", o.compile},
		{"tools: compile staticcheck, misspell and benchstat", o.tools},
		{"make run: build it into bin", o.system},
		{"proof: load everything once more, with the network forbidden", o.prove},
	}
	if o.Stick != "" {
		steps = append(steps,
			step{"stick: the repository, as it is committed", o.copyRepository},
			step{"stick: the modules", o.copyModules},
			step{"stick: the workbook and the slides as pages", o.pages},
		)
	}
	for _, s := range steps {
		fmt.Fprintln(o.Out, s.name)
		start := time.Now()
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(o.Out, "  done in %s\n", time.Since(start).Round(100*time.Millisecond))
	}
	fmt.Fprintln(o.Out, "Nothing here needs the network any more, but what npm, apt-get or brew would fetch.")
	return nil
}

// download loads every package, so that Go gets the modules that it needs for that, and no other.
func (o Options) download(ctx context.Context) error { return o.load(ctx, nil) }

// load loads the packages and tests of all chapters together, and of each module alone: together they may stand on
// newer versions.
func (o Options) load(ctx context.Context, env []string) error {
	if err := o.run(ctx, ".", env, "go", "list", "-deps", "-test", "-f", "", "work"); err != nil {
		return err
	}
	modules, err := workspace.Modules(o.Root)
	if err != nil {
		return err
	}
	for _, dir := range modules {
		packages := "./..."
		if dir == toolsModule {
			packages = "tool"
		}
		if err := o.run(ctx, dir, append([]string{"GOWORK=off"}, env...), "go", "list", "-deps", "-test", "-f", "", packages); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

const toolsModule = "workbook/tools"

// compile leaves packages and tests in Go's cache, and links nothing: go run and go test do that in a second.
func (o Options) compile(ctx context.Context) error {
	return o.run(ctx, ".", nil, "go", "list", "-export", "-test", "-f", "", "work")
}

func (o Options) tools(ctx context.Context) error {
	for _, tool := range []string{"staticcheck", "misspell", "benchstat"} {
		if err := o.run(ctx, toolsModule, []string{"GOWORK=off"}, "go", "tool", "-n", tool); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) system(ctx context.Context) error {
	return o.run(ctx, ".", nil, "go", "build", "-buildvcs=false", "-o", "bin"+string(filepath.Separator), "./06-emitter/cmd/system")
}

func (o Options) prove(ctx context.Context) error { return o.load(ctx, []string{"GOPROXY=off"}) }

// run runs a command in a folder of the repository. Its error holds the last line that it printed.
func (o Options) run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	_, err := o.output(ctx, dir, env, name, args...)
	return err
}

func (o Options) output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.WaitDelay = filepath.Join(o.Root, dir), 10*time.Second
	cmd.Env = append(append(os.Environ(), o.env...), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", fmt.Errorf("%s %s: %s (%w)", name, strings.Join(args, " "), strings.TrimSpace(lines[len(lines)-1]), err)
	}
	return string(out), err
}
