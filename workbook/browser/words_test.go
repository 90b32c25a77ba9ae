package browser

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// languages are the words of the page, each as text. If they depend on a number, all forms are there.
func languages(t *testing.T) map[string]map[string]string {
	t.Helper()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, "http://"+n.addr+"/", 800, 600)
	b.evaluate(`window.spoken = null, import("/page/words.js").then(({ languages }) => {
		const flat = (entry) => typeof entry === "string" ? entry : Object.values(entry).join("|");
		spoken = Object.fromEntries(Object.entries(languages).map(([lang, words]) =>
			[lang, Object.fromEntries(Object.entries(words).map(([key, entry]) => [key, flat(entry)]))]));
	}), true`)
	b.until(`spoken !== null`)
	all, err := chromedp.Run(b.ctx, chromedp.Evaluate[map[string]map[string]string](`spoken`))
	require.NoError(t, err)
	return all
}

func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	all := languages(t)
	require.Len(t, all, 2)
	gap := regexp.MustCompile(`\{\w+\}`)
	gaps := func(words string) map[string]bool {
		found := map[string]bool{}
		for _, g := range gap.FindAllString(words, -1) {
			found[g] = true
		}
		return found
	}
	for key, words := range all["en"] {
		require.NotEmpty(t, all["ja"][key], "ja has no %s", key)
		if words != "{text}" && words != "{reason}" { // what a node says in English stands in a sentence of the other language
			require.Equal(t, gaps(words), gaps(all["ja"][key]), key)
		}
	}
	require.Len(t, all["ja"], len(all["en"]))
}

// Each key is said somewhere, and what is said has a key.
func TestAllWordsAreUsed(t *testing.T) {
	t.Parallel()
	all := languages(t)
	files, err := filepath.Glob("../../04-websocket-chat/page/*")
	require.NoError(t, err)
	var text string
	for _, file := range files {
		if filepath.Base(file) != "words.js" && filepath.Ext(file) != ".go" {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			text += string(b)
		}
	}
	used := map[string]bool{}
	for _, use := range []string{
		`\b(?:say|plain)\("(\w+)"[,)]`,
		`\b(?:say|plain)\([^()]* \? "(\w+)" : "(\w+)"\)`, // of two
		`\bdata-say(?:-\w+)?="(\w+)"`,
		`(?:\btryNext\(|\bwhy = |\breturn )\["(\w+)"`, // connection.js: why there is none, which chat.js says
		`\bgone\(\["(\w+)"\]\)`,                       // away.js, likewise
		`: "(told)", \{ reason,`,                      // whyClosed
		`\bcameOrWent\([^;\n]+, "(\w+)"\)`,
	} {
		found := regexp.MustCompile(use).FindAllStringSubmatch(text, -1)
		require.NotEmpty(t, found, use)
		for _, keys := range found {
			for _, key := range keys[1:] {
				if key != "" {
					used[key] = true
				}
			}
		}
	}
	for key := range used {
		require.NotEmpty(t, all["en"][key], "%s is said, and has no words", key)
	}
	made := regexp.MustCompile(`^(code_|closed_|joinedMore$|leftMore$)`) // of a part and what a node says
	for key := range all["en"] {
		require.True(t, used[key] || made.MatchString(key), "nobody says %s", key)
	}
	for _, code := range []frame.ErrorCode{frame.CodeBadFrame, frame.CodeReservedEvent, frame.CodeNotInRoom, frame.CodeRateLimited, frame.CodeUnavailable, frame.CodeForbidden} {
		require.Contains(t, all["en"], "code_"+string(code))
	}
}

func TestPageSpeaksTheLanguageThatIsAskedFor(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", RatePerSecond: 0.001, RateBurst: 1})
	japanese := open(t, n.url("花子")+"&lang=ja", 1100, 700)
	japanese.shows("status", "n1 に 花子 として接続中")
	japanese.shows("present-title", "参加者: 1人")
	japanese.until(`document.documentElement.lang === "ja" && document.title === "lobby – チャット"`)
	japanese.until(`new URLSearchParams(location.search).get("lang") === "ja"`) // a reload keeps it
	japanese.types("こんにちは\r")
	japanese.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	japanese.types("まだですか\r")
	japanese.shows("log", "送信が多すぎるため破棄されました") // a code that is known is translated
	japanese.shows("log", "dropped: more than")
	japanese.picture("japanese")

	// The browser's language stands in the address: another tab would cost half a second.
	b := openWith(t, "about:blank", 800, 600, `{
		const languages = JSON.parse(new URLSearchParams(location.search).get("languages"));
		Object.defineProperty(navigator, "languages", { value: languages });
	}`)
	for _, c := range []struct{ languages, address, want string }{
		{`["ja-JP", "en"]`, "", "ja"},
		{`["ja-JP", "en"]`, "&lang=en", "en"},
		{`["de", "en-GB", "ja"]`, "&lang=fr", "en"},
		{`["de"]`, "&lang=constructor", "en"},
		{`["de", "ja"]`, "", "ja"},
	} {
		require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(n.url("alice")+c.address+"&languages="+url.QueryEscape(c.languages))))
		b.until(`document.documentElement.lang === ` + quote(c.want) + ` && document.getElementById("send").textContent === ` +
			quote(map[string]string{"en": "Send", "ja": "送信"}[c.want]))
	}
}

// A code of a later node has no words yet: then its sentence has to do.
func TestCodeThatIsNotKnownIsNoMistake(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 800, 600, watchful)
	b.shows("status", "Connected")
	b.evaluate(`sockets[0].onmessage(new MessageEvent("message", { data: '{"event":"$error","data":{"code":"of_tomorrow","text":"it rains"}}' })), true`)
	b.shows("log", "it rains")
}
