package transcript

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgramsAreBuiltOnceAndEndAsGoRunDoes(t *testing.T) {
	root := chapter(t, `
-- go.work --
go 1.26.0

use ./a
-- a/go.mod --
module example.com/a

go 1.26.0
-- a/cmd/say/main.go --
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(os.Args[1:])
	if len(os.Args) > 2 {
		os.Exit(7)
	}
}
-- a/other/say/main.go --
package main

import "time"

func main() { println("other"); time.Sleep(time.Hour) }
-- README.md --
<!-- run: a -->
'''console
$ go run ./a/cmd/say one
[one]
$ go run ./a/cmd/say one two
[one two]
exit status 7
'''
<!-- run: a -->
'''console
$ go run ./a/other/say
other
…
signal: interrupt
'''
`)
	text := strings.ReplaceAll(readme(t, root), "run: a -->\n'''console\n$ go run ./a/other", "run: a x& -->\n'''console\n$ go run ./a/other")
	text = strings.Replace(text, "other\n…\nsignal", "other\n'''\n<!-- step: a x press Ctrl-C -->\n<!-- run: a x -->\n'''\nsignal", 1)
	require.NoError(t, os.WriteFile(filepath.Join(root, "README.md"), []byte(strings.ReplaceAll(text, "'''", "```")), 0o644))
	outcome := sessions(t, Options{Root: root}, "")
	require.Empty(t, outcome.Findings)
}

// Else all would be compiled a second time, with flags that nobody else has.
func TestAllThatASessionCompilesHasTheFlagsOfMakeTest(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	root := chapter(t, `
-- go.work --
go 1.26.0

use ./a
-- a/go.mod --
module example.com/a

go 1.26.0
-- a/cmd/flags/main.go --
package main

import (
	"fmt"
	"runtime/debug"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-ldflags" {
			fmt.Println(s.Value)
		}
	}
}
-- README.md --
<!-- run: a -->
'''console
$ go run ./a/cmd/flags
-w
$ go build -o $TMPDIR/ ./a/cmd/flags && $TMPDIR/flags
-w
'''
`)
	require.Empty(t, sessions(t, Options{Root: root}, "").Findings)
}
