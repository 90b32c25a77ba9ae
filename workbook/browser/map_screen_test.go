package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// On a laptop both chats, with the field to write into, and the drawing are on the first screen.
func TestFirstScreenOfTheMapHasBothChatsAndTheDrawing(t *testing.T) {
	s := startMap(t, slow)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1280, 720)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	for _, screen := range [][2]int64{{1280, 720}, {1366, 768}, {1440, 900}, {1680, 1000}} {
		b.sized(screen[0], screen[1])
		b.evaluate(`scrollTo(0, 0), scrollY === 0`)
		for _, part := range []string{"#pane-left iframe", "#pane-right iframe", "#map", "#map .box"} {
			b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].every((e) => {
				const box = e.getBoundingClientRect();
				return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
			})`, part))
		}
		b.until(`document.documentElement.scrollWidth <= innerWidth`)
		// What is written in the drawing can be read.
		b.until(`[...document.querySelectorAll("#map .name")].every((name) => name.getBoundingClientRect().height >= 12)`)
		for _, p := range []pane{left, right} {
			p.until(`(({ top, bottom }) => top > 0 && bottom <= innerHeight)(document.getElementById("text").getBoundingClientRect())`)
			p.until(`document.getElementById("log").clientHeight >= 100`)
		}
		b.picture(fmt.Sprintf("map-%d", screen[0]))
	}
}

// Whoever goes through the map by keyboard sees where they are, in the chats, too.
func TestFocusOnTheMapIsInSight(t *testing.T) {
	s := startMap(t, slow)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1280, 720)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	// middle is where the middle of what has the focus is, in its document.
	const middle = `(({ left, top, width, height }) => [left + Math.min(width, innerWidth) / 2, top + Math.min(height, 40) / 2])(document.activeElement.getBoundingClientRect())`
	for _, screen := range [][2]int64{{1280, 720}, {1000, 700}, {1000, 1100}, {390, 844}} {
		b.sized(screen[0], screen[1])
		b.evaluate(`document.activeElement.blur(), scrollTo(0, 0), getSelection().collapse(document.body, 0), true`)
		been := map[string]bool{}
		for range 80 {
			b.types("\t")
			who, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.activeElement.closest("[id]")?.id || document.activeElement.parentElement?.id || ""`))
			require.NoError(t, err)
			if been[who] = true; been["lines"] {
				break // the last of all
			}
			inFrame := `[0, 0]`
			for side, p := range map[string]pane{"pane-left": left, "pane-right": right} {
				if who == side {
					at, err := chromedp.Run(p.ctx, chromedp.Evaluate[[2]float64](middle, p.there))
					require.NoError(t, err)
					inFrame = fmt.Sprintf(`[%v, %v]`, at[0], at[1])
				}
			}
			b.until(fmt.Sprintf(`((focus, inFrame) => {
				const box = focus.getBoundingClientRect();
				const [x, y] = focus.tagName === "IFRAME" ? [box.left + inFrame[0], box.top + inFrame[1]] : %s;
				const seen = document.elementFromPoint(x, y);
				return focus === document.body || focus === seen || focus.contains(seen) || seen?.contains(focus) && seen !== document.body && seen.tagName !== "MAIN";
			})(document.activeElement, %s)`, middle, inFrame))
		}
		for _, id := range []string{"pane-left", "pane-right", "emit", "part-node-2", "moments", "lines"} {
			require.Contains(t, been, id, "at %v", screen)
		}
	}
}
