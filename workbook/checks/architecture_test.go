package checks

import "testing"

func TestFunctionsThatTextsName(t *testing.T) {
	root := repository(t, map[string]string{
		"docs/a.md": "`a/a.go:F`, `a/a.go:T.M`, `a/a.go:T.N`, `a/a.go:Q.push`, `a/a.js:open`\n\n`a/a.go:G`\n`a/a.go:M`, `a/b.go:F`\n`a/a.js:close`, `a/a.go:12`\n\n```\na/a.go:Gone\n```\n",
		"a/a.go":    "package a\n\nfunc F() {}\n\ntype T struct{}\n\nfunc (t *T) M() {}\nfunc (T) N() {}\n\ntype Q[E any] struct{}\n\nfunc (q *Q[E]) push(e E) { close() }\n",
		"a/a.js":    "class C {\n  open() {\n    this.close();\n  }\n}\n",
	})
	requireFindings(t, missingFunctions, root,
		"docs/a.md:3: there is no G in a/a.go: correct the name, or the file",
		"docs/a.md:4: a/b.go:F: there is no such file",
		"docs/a.md:4: there is no M in a/a.go",
		"docs/a.md:5: there is no close in a/a.js",
	)
}

func TestTableOfImports(t *testing.T) {
	root := repository(t, map[string]string{
		"docs/architecture.md": "| package | holds | imports |\n|---|---|---|\n| `01-one` | one | – |\n| `01-one/sub` | more | `01-one` |\n| `01-one/gone` | nothing | – |\n",
		"01-one/a.go":          "package one\n\nimport \"fmt\"\n",
		"01-one/a_test.go":     "package one\n\nimport _ \"example.com/redis-chat/01-one/sub\"\n",
		"01-one/sub/b.go":      "package sub\n\nimport _ \"example.com/redis-chat/01-one/new\"\n",
		"01-one/sub/c.go":      "package sub\n\nimport _ \"example.com/redis-chat/01-one\"\n",
		"01-one/new/d.go":      "package new\n",
		"01-one/onetest/e.go":  "package onetest\n",
	})
	requireFindings(t, wrongArchitecture, root,
		"docs/architecture.md: the table does not name 01-one/new: add a row, which imports –",
		"docs/architecture.md:4: 01-one/sub imports `01-one`, `01-one/new`",
		"docs/architecture.md:5: there is no package 01-one/gone: take the row out",
	)
}
