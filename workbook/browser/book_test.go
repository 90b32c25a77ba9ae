package browser

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBookFitsEachScreen(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	b.picture("book-1280")
	for _, c := range []struct {
		name          string
		width, height int64
	}{{"book-320", 320, 640}, {"book-768", 768, 1024}, {"book-1280-lesson", 1280, 900}} {
		b.sized(c.width, c.height)
		b.noWider()
		b.evaluate(`location.hash = "#04-websocket-chat--run-it", true`)
		b.settle()
		b.picture(c.name)
	}
	b.sized(320, 640)
	b.evaluate(`document.getElementById("menu-button").click(), true`)
	b.until(`document.getElementById("menu").checkVisibility()`)
	b.noWider()
	b.picture("book-320-contents")
	b.key("Escape")
	b.until(`!document.getElementById("menu").checkVisibility()`)
	b.evaluate(`location.hash = "#02-replication--break-it-once", true`)
	b.settle()
	b.picture("book-320-table")
}

func TestBookIsReadableInLightAndDark(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	b.evaluate(`document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`)
	// All texts are laid out alike: axe looks at three of them, as all would take it minutes.
	show := func(some string) {
		b.evaluate(`document.querySelectorAll("article").forEach((a) => { a.hidden = !` + some + `; }), true`)
	}
	show(`["start", "05-distributed-relay", "docs-glossary"].includes(a.id)`)
	b.accessible()
	show("true")
	b.evaluate(`location.hash = "#05-distributed-relay--the-goroutines", true`)
	b.settle()
	b.picture("book-dark")

	// The switch outdoes the system.
	back := `getComputedStyle(document.documentElement).backgroundColor`
	choose := func(scheme string) {
		b.evaluate(`(() => { const c = document.getElementById("scheme"); c.value = ` + quote(scheme) + `; c.dispatchEvent(new Event("change")); return true; })()`)
	}
	b.evaluate(back + ` === "rgb(21, 25, 30)"`)
	choose("light")
	b.evaluate(back + ` === "rgb(255, 255, 255)"`)
	choose("dark")
	b.scheme("light")
	b.evaluate(back + ` === "rgb(21, 25, 30)"`)
	choose("")
	b.evaluate(back + ` === "rgb(255, 255, 255)"`)
}

func TestBookFindsAWord(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	b.key("/")
	b.until(`document.activeElement.id === "query" && document.activeElement.value === ""`)
	b.types("backlog partial resync")
	b.until(`document.querySelectorAll("#found-list a").length > 0`)
	b.shows("found", "02 Replication › The idea, in bytes")
	b.picture("book-search")
	b.key("ArrowDown")
	b.until(`document.activeElement === document.querySelector("#found-list a")`)
	b.evaluate(`window.found = document.activeElement.hash, true`)
	b.enter(0)
	b.until(`location.hash === found`)
	b.until(`!document.getElementById("found").checkVisibility()`)
	b.until(`Math.abs(document.getElementById(found.slice(1)).getBoundingClientRect().top) < innerHeight / 3`)
	b.until(`found.startsWith(document.querySelector("#menu [aria-current]").hash)`)

	b.evaluate(`document.getElementById("query").select(), document.getElementById("query").focus(), true`)
	b.types("nosuchwordanywhere")
	b.shows("found", "Nothing has all of these words.")
	b.key("Escape")
	b.until(`!document.getElementById("found").checkVisibility()`)
	// The answer to a question is found, and not told.
	b.evaluate(`document.getElementById("query").select(), document.getElementById("query").focus(), true`)
	b.types("five numbers outlives")
	b.shows("found", "in a folded answer")
}

func TestBookTurnsByKeyAndKeysCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	b.key("n")
	b.until(`location.hash === "#01-redis-basics"`)
	b.settle()
	b.key("n")
	b.until(`location.hash === "#02-replication" || location.hash.startsWith("#01-redis-basics-exercises")`)
	b.settle()
	b.key("p")
	b.until(`location.hash === "#01-redis-basics"`)
	b.key("?")
	b.until(`document.getElementById("keys").open`)
	b.picture("book-keys")
	b.evaluate(`document.getElementById("keys-on").click(), document.querySelector("#keys form button").click(), true`)
	b.until(`!document.getElementById("keys").open`)
	b.evaluate(`document.activeElement.blur(), true`)
	b.key("n")
	b.settle()
	b.evaluate(`location.hash === "#01-redis-basics"`)
}

func TestBookCopiesCommandsWithoutTheirPrompt(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	b.evaluate(`navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }, true`)
	b.evaluate(`document.querySelector("#start .copy").getAttribute("aria-label") === "Copy: make run"`)
	b.evaluate(`document.querySelector("#start .copy").click(), true`)
	b.until(`copied === "make run" && document.querySelector("#start .copy").classList.contains("done")`)

	// Where nothing may be put on the clipboard, the command is selected.
	b.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed")), true`)
	b.evaluate(`document.querySelectorAll("#start .copy")[1].click(), true`)
	b.until(`getSelection().toString() === "make test"`)
}

func TestBookOpensItsAnswersOnPaper(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theBook), 1280, 900)
	const folded = `document.querySelectorAll("main details:not([open])").length`
	b.evaluate(folded + ` > 5`)
	b.evaluate(`addEventListener("beforeprint", () => { window.foldedOnPaper = ` + folded + `; }), true`)
	require.NotEmpty(t, b.printed("book"))
	b.evaluate(`foldedOnPaper === 0`)
	b.until(folded + ` > 5`)
}
