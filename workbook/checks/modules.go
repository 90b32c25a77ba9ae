package checks

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"example.com/redis-chat/workbook/workspace"
)

// ours begins the path of every module of the repository.
const ours = "example.com/redis-chat/"

// language is what every module asks for. A module whose dependencies say 1.26.0
// must say so too; a later patch would shut out people who have an earlier one.
var language = regexp.MustCompile(`^1\.26(\.0)?$`)

func goMods(root string) (map[string]*modfile.File, error) {
	dirs, err := workspace.Modules(root)
	if err != nil {
		return nil, err
	}
	mods := map[string]*modfile.File{}
	for _, dir := range dirs {
		text, err := readFile(root, path.Join(dir, "go.mod"))
		if err != nil {
			return nil, err
		}
		if mods[dir], err = modfile.Parse(path.Join(dir, "go.mod"), text, nil); err != nil {
			return nil, err
		}
	}
	return mods, nil
}

func strayModules(_ context.Context, root string) ([]string, error) {
	mods, err := goMods(root)
	if err != nil {
		return nil, err
	}
	text, err := readFile(root, "go.work")
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork("go.work", text, nil)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, use := range work.Use {
		used[path.Clean(use.Path)] = true
	}
	var findings []string
	if work.Go == nil || !language.MatchString(work.Go.Version) {
		findings = append(findings, "go.work: the go line must say 1.26.0")
	}
	versions := map[string]map[string][]string{} // of a dependency: version, modules that ask for it
	for _, dir := range slices.Sorted(maps.Keys(mods)) {
		mod := mods[dir]
		findings = append(findings, oddities(dir, mod)...)
		if dir == toolsModule {
			continue
		}
		if !used[dir] {
			findings = append(findings, dir+"/go.mod: go.work does not use this module")
		}
		for _, r := range mod.Require {
			if !r.Indirect && !strings.HasPrefix(r.Mod.Path, ours) { // ours are replaced by their folders
				if versions[r.Mod.Path] == nil {
					versions[r.Mod.Path] = map[string][]string{}
				}
				versions[r.Mod.Path][r.Mod.Version] = append(versions[r.Mod.Path][r.Mod.Version], dir)
			}
		}
	}
	for _, dependency := range slices.Sorted(maps.Keys(versions)) {
		if by := versions[dependency]; len(by) > 1 {
			findings = append(findings, fmt.Sprintf("%s is asked for in several versions: %v", dependency, by))
		}
	}
	return findings, nil
}

// oddities are what no go.mod of the repository may say.
func oddities(dir string, mod *modfile.File) []string {
	var findings []string
	odd := func(format string, args ...any) {
		findings = append(findings, dir+"/go.mod: "+fmt.Sprintf(format, args...))
	}
	if mod.Module == nil || mod.Module.Mod.Path != ours+dir {
		odd("the module's path must be %s", ours+dir)
	}
	if mod.Go == nil || !language.MatchString(mod.Go.Version) {
		odd("the go line must say 1.26, or 1.26.0 where a dependency does")
	}
	if mod.Toolchain != nil {
		odd("no toolchain line: any Go 1.26 must do")
	}
	for _, r := range mod.Replace {
		if target := path.Join(dir, r.New.Path); ours+target != r.Old.Path {
			odd("replace %s must lead to that module's folder, not to %s", r.Old.Path, r.New.Path)
		}
	}
	return findings
}

var chapterNumber = regexp.MustCompile(`^(\d\d)-`)

// chapter returns the number of the chapter that a folder is in, or ok = false.
func chapter(dir string) (number int, ok bool) {
	m := chapterNumber.FindStringSubmatch(dir)
	if m == nil {
		return 0, false
	}
	number, err := strconv.Atoi(m[1])
	return number, err == nil
}

func upwardImports(_ context.Context, root string) ([]string, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	var findings []string
	fset := token.NewFileSet()
	for _, name := range files {
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(fset, name, text, parser.ImportsOnly)
		if err != nil {
			findings = append(findings, err.Error())
			continue
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err == nil && upward(name, imported) {
				findings = append(findings, fmt.Sprintf("%s: imports %s", fset.Position(spec.Pos()), imported))
			}
		}
	}
	mods, err := goMods(root)
	if err != nil {
		return nil, err
	}
	for _, dir := range slices.Sorted(maps.Keys(mods)) {
		for _, r := range mods[dir].Require {
			if upward(dir, r.Mod.Path) {
				findings = append(findings, fmt.Sprintf("%s/go.mod: requires %s", dir, r.Mod.Path))
			}
		}
	}
	return findings, nil
}

// upward reports whether a file or folder of a chapter names a package of a later
// chapter, or of the workbook's own programs.
func upward(name, imported string) bool {
	from, ok := chapter(name)
	rest, isOurs := strings.CutPrefix(imported, ours)
	if !ok || !isOurs {
		return false
	}
	to, isChapter := chapter(rest)
	return !isChapter || to > from
}
