package checks

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
)

// typesFor checks that everything, tests included, would compile for another system. It
// reads all from source, the libraries too, and type-checks it. To compile it with the
// go command, for a system on which nothing will run, would take four times as long.
func typesFor(goos string) func(context.Context, string) ([]string, error) {
	return func(ctx context.Context, root string) ([]string, error) {
		all, err := packages.Load(&packages.Config{
			Context: ctx, Dir: root, Tests: true,
			Env:  append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0"),
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax,
		}, "work")
		if err != nil {
			return nil, fmt.Errorf("load everything for %s: %w", goos, err)
		}
		seen := map[string]bool{} // a file is in its package, and in that with its tests
		var findings []string
		packages.Visit(all, nil, func(p *packages.Package) {
			for _, e := range p.Errors {
				if finding := e.Error(); !seen[finding] {
					seen[finding] = true
					findings = append(findings, finding)
				}
			}
		})
		return findings, nil
	}
}
