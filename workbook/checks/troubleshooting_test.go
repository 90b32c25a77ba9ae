package checks

import "testing"

func TestSentencesThatNobodyExplains(t *testing.T) {
	root := repository(t, map[string]string{
		"docs/troubleshooting.md": "| you see | it means | do |\n|---|---|---|\n" +
			"| `nobody answers`<br>`want a port from … to …` | no server | start it |\n" +
			"| `the room is full: …` | full | wait |\n" +
			"| `this was said once` | it is gone | nothing |\n" +
			"| `nobody answers` | again | nothing |\n" +
			"| `a \\| b is missing` | a bar | nothing |\n" +
			"| a word | `not a sentence` | nothing |\n",
		"workbook/checks/wrappers.txt": "# comment\n\nask …: …\ndial …: …\n",
		"01-one/a.go": `package one

const textGone = "it is gone"

var (
	errA = errors.New("nobody answers")
	errB = fmt.Errorf("want a port from %d to %d", 1, 2)
	errC = fmt.Errorf("the room is full: %d people, " +
		"come back later", 3)
	errD = fmt.Errorf("ask %s: %w", a, errA)
	errE = errors.New("a | b is missing")
	errF = errors.New(why)
)

func f() {
	log.Warn("messages dropped", "n", 1)
	c.Failed(textGone)
	log.Info("all is well")
}
`,
		"01-one/a_test.go":            "package one\n\nvar err = errors.New(\"only a test says this\")\n",
		"01-one/onetest/a.go":         "package onetest\n\nvar err = errors.New(\"only a test says this\")\n",
		"02-replication/look.go":      "package replication\n\nfunc f() string { return fmt.Sprintf(\"%s does not follow\", a) }\n",
		"02-replication/elsewhere.go": "package replication\n\nfunc f() string { return fmt.Sprintf(\"%s does follow\", a) }\n",
	})
	requireFindings(t, unexplained, root,
		`01-one/a.go:16: "messages dropped" is explained nowhere: add it to an entry of docs/troubleshooting.md`,
		`01-one/a.go:17: "it is gone" is explained nowhere`,
		`02-replication/look.go:3: "… does not follow" is explained nowhere`,
		`docs/troubleshooting.md:5: no program says "this was said once": correct it, or take it out`,
		`docs/troubleshooting.md:6: "nobody answers" is explained twice: keep one`,
		`workbook/checks/wrappers.txt:4: no code has "dial …: …": take it out`,
	)
}

func TestSentencesOfThePage(t *testing.T) {
	root := repository(t, map[string]string{
		"docs/troubleshooting.md":      "| `Lost: … after … s.` | the node is gone | wait |\n| `one more was missed` | a gap | ask |\n",
		"workbook/checks/wrappers.txt": "",
		"04-websocket-chat/page/words.js": `export const languages = {
  en: {
    chat: "Chat", lost: "Lost: {why} after {n} s.",
    noMore: { one: "one more was missed", other: "{n} more were missed" },
  },
  ja: {
    other: "x",
  },
};
`,
	})
	requireFindings(t, unexplained, root, `04-websocket-chat/page/words.js:4: "… more were missed" is explained nowhere`)
}
