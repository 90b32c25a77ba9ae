package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// overflowing are the slides of which something is cut off, with the answers closed and open.
const overflowing = `[...document.querySelectorAll(".slide")].flatMap((slide, i) => {
	const seen = [...document.querySelectorAll(".slide")].map((s) => s.classList.contains("now"));
	document.querySelectorAll(".slide").forEach((s) => s.classList.toggle("now", s === slide));
	const answers = [...slide.querySelectorAll("details")];
	const cut = [false, true].flatMap((open) => {
		for (const answer of answers) answer.open = open;
		return [slide.querySelector(".shown"), ...slide.querySelectorAll("pre")].filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
			.map((e) => "slide " + (i + 1) + ": " + e.tagName + " " + e.scrollWidth + "x" + e.scrollHeight + " in " + e.clientWidth + "x" + e.clientHeight);
	});
	for (const answer of answers) answer.open = false;
	document.querySelectorAll(".slide").forEach((s, k) => s.classList.toggle("now", seen[k]));
	return cut;
})`

func TestNoSlideIsCutOff(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theSlides), 1280, 720)
	for _, c := range []struct{ width, height int64 }{{1280, 720}, {1024, 768}, {1920, 1080}} {
		b.sized(c.width, c.height)
		cut, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](overflowing))
		require.NoError(t, err)
		require.Empty(t, cut, "%d by %d", c.width, c.height)
		b.noWider()
	}
	b.sized(1280, 720)
	count, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.querySelectorAll(".slide").length`))
	require.NoError(t, err)
	for i := range count {
		b.evaluate(fmt.Sprintf(`location.hash = "#%d", document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`, i+1))
		b.until(fmt.Sprintf(`document.getElementById("number").textContent.startsWith("%d / ")`, i+1))
		b.settle()
		b.picture(fmt.Sprintf("slide-%02d", i+1))
	}
	b.sized(1024, 768)
	b.picture("slide-1024")

	// The measure itself: what is too much is seen.
	b.evaluate(`document.querySelectorAll(".slide")[2].querySelector(".shown").insertAdjacentHTML("beforeend", "<p>more</p>".repeat(30)), true`)
	cut, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](overflowing))
	require.NoError(t, err)
	require.NotEmpty(t, cut)
}

func TestSlidesTurnByKey(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theSlides), 1280, 720)
	at := func(expression string) { b.until(expression + ` === document.getElementById("number").textContent`) }
	all := "` / ${document.querySelectorAll(\".slide\").length}`"
	at(`"1" + ` + all)
	b.key("ArrowRight")
	at(`"2" + ` + all)
	b.key("End")
	at(`document.querySelectorAll(".slide").length + ` + all)
	b.key("ArrowRight")
	b.settle()
	at(`document.querySelectorAll(".slide").length + ` + all)
	b.key("Home")
	b.key("ArrowLeft")
	at(`"1" + ` + all)

	// An answer is opened first.
	b.evaluate(`window.predict = [...document.querySelectorAll(".slide")].findIndex((s) => s.querySelector("details")) + 1, location.hash = "#" + predict, true`)
	at(`predict + ` + all)
	b.evaluate(`!document.querySelector(".now details").open`)
	b.key("ArrowRight")
	b.until(`document.querySelector(".now details").open`)
	at(`predict + ` + all)
	b.key("ArrowRight")
	at(`predict + 1 + ` + all)

	b.evaluate(`!document.querySelector(".now .notes").checkVisibility()`)
	b.key("n")
	b.until(`document.querySelector(".now .notes").checkVisibility()`)
	b.picture("slide-notes")
	b.key("?")
	b.until(`document.getElementById("help").open`)
}

func TestSlidesTellWhatIsLeftOfThePlan(t *testing.T) {
	t.Parallel()
	// The page's clock stands still, and goes on when the test says so.
	b := openWith(t, "about:blank", 1280, 720, "let passed = 0; const begin = Date.now(); Date.now = () => begin + passed; window.minutes = (n) => { passed = n * 60000; };")
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(pageFile(t, theSlides))))
	b.shows("clock", "plan: 210 min")
	b.shows("row", "0:00 ")
	b.key("t")
	b.shows("clock", "0:00 gone, 210 min left, in time")
	b.evaluate(`minutes(25), dispatchEvent(new Event("shown")), true`)
	b.shows("clock", "0:25 gone, 185 min left, 16 min behind")
	b.key("End")
	b.shows("clock", "0:25 gone, 185 min left, 175 min ahead")
	b.key("t")
	b.shows("clock", "plan: 210 min")
}

func TestSlidesAreReadableInLightAndDark(t *testing.T) {
	t.Parallel()
	b := openFile(t, pageFile(t, theSlides), 1280, 720)
	b.evaluate(`(document.querySelectorAll(".slide").forEach((s) => { s.style.display = "block"; s.style.position = "static"; }), document.body.style.overflow = document.documentElement.style.overflow = "auto", true)`)
	b.evaluate(`document.querySelectorAll("details").forEach((d) => { d.open = true; }), document.querySelectorAll(".notes").forEach((n) => { n.hidden = false; }), true`)
	b.accessible()
	require.NotEmpty(t, b.printed("slides"))
}
