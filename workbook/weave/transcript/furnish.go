package transcript

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// furnish makes a folder that looks like the repository's root, in which a session may leave files, and the environment of
// its shells: nothing of the caller's that a program of ours would read.
func furnish(dir string, o Options, backend string) (string, []string, error) {
	entries, err := os.ReadDir(o.Root)
	if err != nil {
		return "", nil, fmt.Errorf("list the repository: %w", err)
	}
	home, tmp, shims := filepath.Join(dir, "root"), filepath.Join(dir, "tmp"), filepath.Join(dir, "bin")
	for _, d := range []string{home, tmp, shims} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return "", nil, fmt.Errorf("make a folder for the session: %w", err)
		}
	}
	names := []string{"bin"} // make builds into it, and may have to make it first
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "bin" {
			names = append(names, e.Name())
		}
	}
	for _, name := range names {
		if err := os.Symlink(filepath.Join(o.Root, name), filepath.Join(home, name)); err != nil {
			return "", nil, fmt.Errorf("show the repository to the session: %w", err)
		}
	}
	if err := writeShim(shims, o); err != nil {
		return "", nil, err
	}
	env := []string{
		"PATH=" + shims + string(os.PathListSeparator) + os.Getenv("PATH"), "TMPDIR=" + tmp, "LC_ALL=C.UTF-8",
		"WORKBOOK_REDIS=" + backend,
	}
	for _, v := range os.Environ() {
		key, _, _ := strings.Cut(v, "=")
		if slices.Contains([]string{"HOME", "USER", "XDG_CACHE_HOME"}, key) || strings.HasPrefix(key, "GO") || strings.HasPrefix(key, "CGO_") {
			env = append(env, v)
		}
	}
	return home, append(env, o.goFlags), nil // the last value of a name counts
}
