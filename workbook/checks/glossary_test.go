package checks

import "testing"

func TestTermsOfTheGlossary(t *testing.T) {
	root := repository(t, map[string]string{
		"docs/glossary.md": `# Glossary

### At most once

Once or not. See [here](../01-one/README.md).

### AOF

A file. See [there](../01-one/README.md).

### Backlog

See [backlog](#backlog).

### backlog

See [here](../labs/a/README.md).

### Room

A name. See [here](../README.md).
`,
		"README.md":         "[a room](docs/glossary.md#room), which counts for nothing here\n",
		"01-one/README.md":  "[once](../docs/glossary.md#at-most-once), [the end](../docs/glossary.md#backlog)\n",
		"labs/a/README.md":  "[a file](../../docs/glossary.md#aof)\n",
		"01-one/a/x.md":     "[a room](../../docs/glossary.md#room)\n",
		"docs/another/g.md": "### Gap\n",
	})
	requireFindings(t, wrongGlossary, root,
		`docs/glossary.md:7: "AOF" stands behind "At most once": keep the order of the alphabet`,
		`docs/glossary.md:11: "Backlog" has no link to the lesson or the file where it is taught`,
		`docs/glossary.md:15: "backlog" is there twice: make one of the two`,
		`docs/glossary.md:19: no lesson links to "Room": link it where the chapter that teaches it uses it first, to glossary.md#room`,
	)
	requireFindings(t, wrongGlossary, repository(t, map[string]string{"docs/glossary.md": "# Glossary\n"}), "docs/glossary.md:1: there are no terms")
}
