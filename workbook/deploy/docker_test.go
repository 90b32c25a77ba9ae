package deploy

import (
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const dockerfile = "docker/Dockerfile"

// instruction is one of a Dockerfile: RUN and what follows, without flags.
type instruction struct{ name, rest string }

func instructions(t *testing.T) (all []instruction) {
	t.Helper()
	text := regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(read(t, dockerfile), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	flags := regexp.MustCompile(`--(?:mount|from)=\S+\s+`)
	for line := range strings.Lines(text) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			all = append(all, instruction{name, strings.TrimSpace(flags.ReplaceAllString(rest, ""))})
		}
	}
	return all
}

// lines are the instructions of that name.
func lines(t *testing.T, name string) (all []string) {
	for _, i := range instructions(t) {
		if i.name == name {
			all = append(all, i.rest)
		}
	}
	return all
}

func TestTheImageHoldsTheNodeAndNothingElse(t *testing.T) {
	require.Equal(t, []string{"golang:1.26 AS build", "scratch"}, lines(t, "FROM"))
	require.Equal(t, []string{"65532:65532"}, lines(t, "USER"), "no root; a number, as Kubernetes' runAsNonRoot wants it")
	require.Equal(t, []string{"3000"}, lines(t, "EXPOSE"))
	require.Equal(t, []string{`["/chat-node"]`}, lines(t, "ENTRYPOINT"), "no shell, which is not there")
	require.Empty(t, lines(t, "HEALTHCHECK"), "nothing in the image could ask")
}

// context copies what the builder gets: of the folders that COPY names those files that .dockerignore leaves.
func buildContext(t *testing.T) string {
	t.Helper()
	var without []string
	sent := map[string]bool{}
	for line := range strings.Lines(read(t, dockerfile+".dockerignore")) {
		line = strings.TrimSpace(line)
		if pattern, ok := strings.CutPrefix(line, "**/"); ok {
			without = append(without, pattern)
		} else if folder, ok := strings.CutPrefix(line, "!"); ok {
			sent[folder] = true
		}
	}
	require.NotEmpty(t, without)
	dir := t.TempDir()
	for _, rest := range lines(t, "COPY") {
		from, _, _ := strings.Cut(rest, " ")
		if path.IsAbs(from) { // of the first stage
			continue
		}
		require.True(t, sent[from], "%s does not get past .dockerignore", from)
		delete(sent, from)
		require.NoError(t, filepath.WalkDir(filepath.Join(root(t), from), func(name string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			for _, pattern := range without {
				if ok, err := path.Match(pattern, d.Name()); err != nil {
					return err
				} else if ok && d.IsDir() {
					return filepath.SkipDir
				} else if ok {
					return nil
				}
			}
			inside, err := filepath.Rel(root(t), name)
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, inside)), 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, inside), text, 0o644)
		}))
	}
	require.Empty(t, sent, "the builder gets what no COPY names")
	return dir
}

// The build line runs as it stands there, in a copy of what the builder would get.
func TestTheImagesProgramNeedsNoLibrary(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("sh is not on the PATH: the image's build line is written for it")
	}
	program := filepath.Join(t.TempDir(), "chat-node")
	runs := lines(t, "RUN")
	require.Len(t, runs, 1)
	line := strings.Replace(runs[0], "-o /chat-node", "-o "+filepath.ToSlash(program), 1)
	require.NotEqual(t, runs[0], line)
	dirs := lines(t, "WORKDIR")
	cmd := exec.Command(shell, "-c", line)
	cmd.Dir = filepath.Join(buildContext(t), strings.TrimPrefix(dirs[len(dirs)-1], "/src"))
	cmd.Env = append(os.Environ(), "GOOS=linux")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	file, err := elf.Open(program)
	require.NoError(t, err)
	defer file.Close()
	for _, p := range file.Progs {
		require.NotEqual(t, elf.PT_INTERP, p.Type, "it asks for a loader, which an empty image has not")
	}
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries)
	info, err := buildinfo.ReadFile(program)
	require.NoError(t, err)
	require.Equal(t, "example.com/redis-chat/05-distributed-relay/cmd/node", info.Path)
}
