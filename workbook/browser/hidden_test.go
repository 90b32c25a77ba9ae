package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

// hiding runs before the page's own script: hide() does what a browser does to a tab that goes out of sight. No frame
// is drawn any more, not even one that was asked for before.
const hiding = `
let hidden = false, last = 0;
const draw = requestAnimationFrame, frames = new Map();
Object.defineProperty(document, "hidden", { get: () => hidden });
window.requestAnimationFrame = (f) => { frames.set(++last, f); if (!window.held) draw(flush); return last; };
window.cancelAnimationFrame = (id) => frames.delete(id);
const flush = () => { for (const [id, f] of [...frames]) if (!hidden) { frames.delete(id); f(performance.now()); } };
const turn = (is) => { hidden = is; document.dispatchEvent(new Event("visibilitychange")); if (!is) draw(flush); };
window.hide = () => turn(true), window.look = () => { held = false; turn(false); };
window.waiting = () => frames.size;`

func TestWhatComesWhileThePageGoesOutOfSightIsCounted(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, hiding)
	b.shows("status", "Connected")
	b.shows("log", "You are alice")
	b.evaluate(`window.held = true`) // the next frame takes its time
	n.say("lobby", "one")
	b.until(`waiting() === 1`)
	b.evaluate(`hide(), true`)
	b.until(`document.title === "(1) lobby – Chat"`)
	n.say("lobby", "two")
	b.until(`document.title === "(2) lobby – Chat"`)
	b.evaluate(`look(), true`)
	b.until(`document.title === "lobby – Chat"`)
	n.say("lobby", "three")
	b.until(`[...document.querySelectorAll(".text")].map((e) => e.textContent).join() === "one,two,three"`)
}
