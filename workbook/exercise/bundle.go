package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variant is an exercise in one of its states. Each is a whole package of its own, so
// the exercise's tests can be pointed at it.
type variant struct {
	Exercise
	What    string // the stub, the solution, wrong/MISTAKE
	Package string // what the tests are to import instead of the exercise's package
	judge   func(Outcome) []string
}

// bundle is one program with the tests of many variants. To link the tests of one
// variant takes a second of a processor's time; there are six of them to an exercise.
type bundle struct {
	file     string
	variants []variant
}

// newBundle compiles the tests of all variants into a program in the folder. Nothing is
// written into the repository: -overlay shows the go command packages that are not
// there. In each of them lies one exercise's tests, with another import.
//
// Findings are variants that do not compile; then there is no program.
func newBundle(ctx context.Context, root, folder string, variants []variant, flags ...string) (bundle, []string, error) {
	b := bundle{filepath.Join(folder, "proofs.test"), variants}
	if len(variants) == 0 {
		return b, nil, nil
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return b, nil, err
	}
	o := overlay{folder: folder, Replace: map[string]string{}}
	var main mainFile
	for i, v := range variants {
		tests, err := v.readTests()
		if err != nil {
			return b, nil, err
		}
		for name, source := range tests.sources {
			if err := o.put(filepath.Join(v.Dir(), proof, strconv.Itoa(i), name), source); err != nil {
				return b, nil, err
			}
		}
		main.add(i, b.tests(i), tests)
	}
	// Any module of the workspace may import from any other.
	dir := filepath.Join(filepath.Dir(variants[0].Dir()), proof)
	if err := o.put(filepath.Join(dir, "proof_test.go"), main.source()); err != nil {
		return b, nil, err
	}
	list, err := o.write()
	if err != nil {
		return b, nil, err
	}
	args := append([]string{"test", "-c", "-vet=off", "-o", b.file, "-overlay=" + list}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, path.Dir(variants[0].Exercise.Package())+"/"+proof)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return b, b.uncompiled(string(out)), ctx.Err()
	}
	return b, nil, err
}

// proof is the folder of what is in the overlay only.
const proof = "proof"

// tests is the import path of a variant's tests.
func (b bundle) tests(i int) string {
	return path.Join(b.variants[i].Exercise.Package(), proof, strconv.Itoa(i))
}

// uncompiled says which variants the compiler has complained of: it writes "# package"
// above its words.
func (b bundle) uncompiled(out string) []string {
	var findings []string
	for part := range strings.SplitSeq("\n"+out, "\n# ") {
		name, text, _ := strings.Cut(part, "\n")
		for i, v := range b.variants {
			if name == v.Package || name == b.tests(i) {
				findings = append(findings, v.Folder()+": "+v.What+" does not compile:\n"+text)
			}
		}
	}
	if findings == nil {
		findings = []string{"the exercises' tests do not compile:\n" + out}
	}
	return findings
}

// run runs the tests of variant number i as go test does, in the exercise's folder. No
// redis: as the environment says.
func (b bundle) run(ctx context.Context, i int, converter, redis string, flags ...string) (Outcome, error) {
	const patience = 10 * time.Minute
	args := append([]string{"-test.v=test2json", "-test.paniconexit0", "-test.timeout=" + patience.String(), "-test.run=^" + prefix(i)}, flags...)
	cmd := exec.CommandContext(ctx, b.file, args...)
	cmd.Dir = b.variants[i].Dir()
	cmd.Env = append(os.Environ(), "PWD="+cmd.Dir, "WORKBOOK_REDIS="+redis, variable+"="+strconv.Itoa(i))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Outcome{}, fmt.Errorf("run the tests: %w", err)
	}
	convert := exec.CommandContext(ctx, converter, "-p", b.tests(i))
	convert.Stdin = bytes.NewReader(bytes.ReplaceAll(out, []byte(prefix(i)), []byte("Test")))
	events, convertErr := convert.Output()
	if convertErr != nil {
		return Outcome{}, fmt.Errorf("go tool test2json: %w", convertErr)
	}
	outcomes, readErr := readOutcomes(bytes.NewReader(events))
	o := outcomes[b.tests(i)]
	o.Passed = err == nil
	return o, readErr
}

// variable tells the program which variant's TestMain it is to call.
const variable = "EXERCISE_VARIANT"

// prefix begins the names of a variant's tests in the program, instead of "Test".
func prefix(i int) string { return fmt.Sprintf("TestVariant%d_", i) }

// testFiles are an exercise's tests, as they are to be compiled for a variant.
type testFiles struct {
	sources map[string][]byte // by a name that is no test's
	names   []string          // of the tests
	main    bool              // there is a TestMain
}

// readTests reads the exercise's tests, and lets them import the variant's package.
func (v variant) readTests() (testFiles, error) {
	files, err := filepath.Glob(filepath.Join(v.Dir(), "*_test.go"))
	t := testFiles{sources: map[string][]byte{}}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return t, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Base(file), source, 0)
		if err != nil {
			return t, fmt.Errorf("%s: %w", v.Folder(), err)
		}
		if !strings.HasSuffix(parsed.Name.Name, "_test") {
			return t, fmt.Errorf("%s/%s: its package must end in _test: a learner's tests see what others see", v.Folder(), filepath.Base(file))
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			switch {
			case !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test"):
			case f.Name.Name == "TestMain":
				t.main = true
			default:
				t.names = append(t.names, f.Name.Name)
			}
		}
		// The sentences of a failure name the file and the line that the learner has.
		own := "//line " + filepath.Base(file) + ":1\n"
		old, with := strconv.Quote(v.Exercise.Package()), strconv.Quote(v.Package)
		name := strings.TrimSuffix(filepath.Base(file), "_test.go") + ".go"
		t.sources[name] = append([]byte(own), bytes.Replace(source, []byte(old), []byte(with), 1)...)
	}
	return t, err
}

// mainFile is the program's own source: it calls all tests by names of its own.
type mainFile struct{ imports, mains, tests strings.Builder }

func (m *mainFile) add(i int, importPath string, t testFiles) {
	fmt.Fprintf(&m.imports, "\tv%d %q\n", i, importPath)
	if t.main {
		fmt.Fprintf(&m.mains, "\tcase \"%d\":\n\t\tv%d.TestMain(m)\n", i, i)
	}
	slices.Sort(t.names)
	for _, name := range t.names {
		fmt.Fprintf(&m.tests, "func %s%s(t *testing.T) { v%d.%s(t) }\n", prefix(i), strings.TrimPrefix(name, "Test"), i, name)
	}
}

func (m *mainFile) source() []byte {
	return fmt.Appendf(nil, "package proof\n\nimport (\n\t\"os\"\n\t\"testing\"\n\n%s)\n\nfunc TestMain(m *testing.M) {\n\tswitch os.Getenv(%q) {\n%s\tdefault:\n\t\tm.Run()\n\t}\n}\n\n%s",
		&m.imports, variable, &m.mains, &m.tests)
}

// overlay is go test's -overlay: which file stands where.
type overlay struct {
	folder  string // of the files
	Replace map[string]string
}

func (o *overlay) put(where string, source []byte) error {
	file := filepath.Join(o.folder, strconv.Itoa(len(o.Replace))+".go")
	o.Replace[where] = file
	return os.WriteFile(file, source, 0o666)
}

// write writes the overlay into its folder and returns the file.
func (o *overlay) write() (string, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	file := filepath.Join(o.folder, "overlay.json")
	return file, os.WriteFile(file, text, 0o666)
}
