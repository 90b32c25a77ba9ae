// Package workspace finds the repository's root and the modules in it.
package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Root returns the nearest folder at or above dir that holds go.work.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir) // fails where the working directory has been removed
	if err != nil {
		return "", fmt.Errorf("the working directory is gone: run this inside of the workbook (%w)", err)
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.work")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no go.work in %s or above it: run this inside of the workbook", dir)
		}
	}
}

// Files returns the paths under root, slashes between their parts, whose name matches
// the pattern of path.Match. It leaves out files of others and files made by
// programs: hidden folders other than .ci and .github, node_modules, testdata.
func Files(root, pattern string) ([]string, error) {
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if ok, err := path.Match(pattern, d.Name()); err != nil || !ok {
			return err
		}
		files = append(files, name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list %s in %s: %w", pattern, root, err)
	}
	slices.Sort(files)
	return files, nil
}

func skipped(folder string) bool {
	switch folder {
	case ".", ".ci", ".github":
		return false
	case "node_modules", "testdata", "bin":
		return true
	}
	return strings.HasPrefix(folder, ".")
}

// Modules returns the folders under root that hold a go.mod.
func Modules(root string) ([]string, error) {
	files, err := Files(root, "go.mod")
	if err != nil {
		return nil, err
	}
	for i, name := range files {
		files[i] = path.Dir(name)
	}
	return files, nil
}
