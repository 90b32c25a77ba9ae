package checks

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// pageWords is what the chat page says, in each language under the same keys.
const pageWords = "04-websocket-chat/page/words.js"

// calm are the keys of what the page says when nothing is wrong, or what it only passes on.
// Every other one is a sentence that a reader may look for.
var calm = regexp.MustCompile(`^(?:chat|title|conversation|messages|joinTitle|yourName|nameHint|room|join|guest|lobby|rooms|addRoom|add|leaveRoom|` +
	`changeName|unread|hereNow|you|more|unknown|message|write|send|keys|newMessages|older|connecting|connected|tryIn|tryNow|told|refused|` +
	`named|welcome|seconds|moment|joined|left|joinedMore|leftMore|roomRefused|announcement|somebody|toYou|bytes|sending|accepted|sendAgain|edit|` +
	`missedSoFar|closed_\d+|code_\w+)$`)

var (
	english   = regexp.MustCompile(`(?s)\n  en: \{\n(.*?)\n  \},`)
	pageEntry = regexp.MustCompile(`(\w+): (?:"([^"]*)"|\{ (?:one: "([^"]*)", )?other: "([^"]*)" \})`)
	filledIn  = regexp.MustCompile(`\{\w+\}`)
)

// saidByThePage returns the sentences of the page, in English, by which it says that
// something is wrong.
func saidByThePage(root string) (all []sentence, err error) {
	source, err := readFile(root, pageWords)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a repository without a page
	}
	if err != nil {
		return nil, err
	}
	words := english.FindSubmatchIndex(source)
	if words == nil {
		return nil, fmt.Errorf("%s: there is no block en", pageWords)
	}
	for _, m := range pageEntry.FindAllSubmatchIndex(source[words[2]:words[3]], -1) {
		part := func(i int) string {
			if m[i] < 0 {
				return ""
			}
			return string(source[words[2]+m[i] : words[2]+m[i+1]])
		}
		if calm.MatchString(part(2)) {
			continue
		}
		line := 1 + bytes.Count(source[:words[2]+m[0]], []byte("\n"))
		for i := 4; i <= 8; i += 2 {
			if text := filledIn.ReplaceAllString(part(i), "…"); strings.TrimSpace(text) != "" {
				all = append(all, sentence{text, fmt.Sprintf("%s:%d", pageWords, line)})
			}
		}
	}
	return all, nil
}
