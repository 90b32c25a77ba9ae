package browser

import (
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// payload is a text that tries to be more than text. It holds neither " nor \, and so is the same within JSON.
type payload struct {
	text string
	runs bool // as innerHTML of a page without a policy; if not, it only makes an element, or needs a click
}

// took is the function that each payload would call.
var payloads = []payload{
	{`<img src=x onerror=took(1)>`, true},
	{`'><img src=x onerror=took('2')>`, true},
	{`<svg onload=took(3)></svg>`, false},
	{`<iframe srcdoc='<script>parent.took(4)</script>'></iframe>`, true},
	{`<video><source onerror=took(5)></video>`, true},
	{`<details open ontoggle=took(6)>x</details>`, true},
	{`<style>@keyframes k{}</style><p style='animation:k' onanimationstart=took(7)>x</p>`, true},
	{`<input autofocus onfocus=took(8)>`, true},
	{`<script>took(9)</script>`, false},
	{`<a href='javascript:took(10)'>x</a>`, false},
	{`<link rel=stylesheet href=//evil.example/x.css>`, false},
	{`<base href=//evil.example/>`, false},
	{`<form action=//evil.example/><button>x</button></form>`, false},
	{`</li></ol></section><b>out of the log</b>`, false},
	{`&lt;b&gt; &amp; &#60;i&#62; %3Cb%3E`, false},
	{"${took(11)} {{took(12)}} javascript:took(13)", false},
}

// short ones for places where 32 characters fit, or 64 bytes.
const (
	hostileName  = `<img src=x onerror=took('n')>`
	hostileRoom  = `<img src=x onerror=took('r')>`
	hostileEvent = `<img src=x onerror=took('event')>`
)

// watchful runs before the page's own script: it notes what ran, what the policy forbade, and each element that was
// made and that the page does not make itself.
const watchful = `
window.taken = [];
window.took = (what) => { taken.push("ran: " + what); };
addEventListener("securitypolicyviolation", (e) => taken.push("forbidden: " + e.effectiveDirective + " " + e.blockedURI));
const own = new Set("HTML HEAD META TITLE LINK SCRIPT BODY HEADER H1 H2 SPAN P BUTTON MAIN FORM LABEL INPUT SMALL NOSCRIPT SECTION OL UL LI DIV DETAILS SUMMARY TEXTAREA A BDI TIME".split(" "));
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    for (const element of [node, ...node.querySelectorAll("*")]) {
      const link = element.tagName === "A" && /^https?:/.test(element.href) && element.rel === "noopener noreferrer" && element.target === "_blank";
      const history = element.className === "history" && element.attributes.length === 1;
      const strange = !own.has(element.tagName) || !link && !history && element.parentElement?.closest("#log, #present, #rooms, #status-line, #where, #refused") &&
        (!["OL", "UL", "LI", "SPAN", "BDI", "TIME", "BUTTON", "P"].includes(element.tagName) ||
          element.getAttributeNames().some((name) => name.startsWith("on") || name === "style"));
      if (strange) taken.push("made: " + element.outerHTML.slice(0, 80));
    }
  }
}).observe(document, { childList: true, subtree: true });
// sockets are the page's connections, so that a test can send on them what a page never would.
window.sockets = [];
window.WebSocket = class extends WebSocket { constructor(...a) { super(...a); sockets.push(this); } };
`

// untouched requires that nothing has come of all the text that the tab has been given.
func (b tab) untouched() {
	b.t.Helper()
	b.settle() // an image's error and an animation's start come with the next frame
	taken, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`taken`))
	require.NoError(b.t, err)
	require.Empty(b.t, taken)
	b.until(`!document.querySelector("img, iframe, svg, video, style, object, embed, base, a, #log script, #present script, #rooms script, [style]")`)
	b.until(`document.querySelectorAll("script").length === 1 && document.querySelectorAll("form").length === 3`)
}

// turned lists the pieces of text in the tab that do not stand where they should: to the right of the piece before
// them. Pieces are the page's own words and each bdi as a whole; what is inside a bdi may turn.
const turned = `(() => {
  const wrong = [];
  for (const block of document.querySelectorAll("#log li, #present li, #rooms li, #status-line, h1, #refused")) {
    let before;
    const follow = (boxes, text) => {
      if (!boxes.length) return;
      const sameLine = before && boxes[0].top < before.bottom - 2 && boxes[0].bottom > before.top + 2;
      if (sameLine && boxes[0].left < before.right - 2) wrong.push(text);
      before = boxes.at(-1);
    };
    const pieces = document.createTreeWalker(block, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT,
      (n) => n.nodeType === Node.TEXT_NODE || n.tagName === "BDI" ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
    for (let n; (n = pieces.nextNode());) {
      const range = document.createRange();
      if (n.nodeType === Node.TEXT_NODE) {
        if (n.parentElement.closest("bdi")) continue;
        for (let i = 0; i < n.length; i++) { // letter by letter: a word can be turned in itself
          range.setStart(n, i), range.setEnd(n, i + 1);
          follow([...range.getClientRects()].filter((r) => r.width > 0), n.data);
        }
      } else {
        range.selectNodeContents(n);
        const all = [...range.getClientRects()].filter((r) => r.width > 0);
        if (!all.length) continue;
        const line = (r) => all.filter((o) => Math.abs(o.top - r.top) < 4);
        const around = (boxes) => ({ left: Math.min(...boxes.map((r) => r.left)), right: Math.max(...boxes.map((r) => r.right)),
          top: boxes[0].top, bottom: boxes[0].bottom });
        follow([around(line(all[0])), around(line(all.at(-1)))], n.textContent);
      }
    }
  }
  return [...new Set(wrong)];
})()`

// inOrder requires that no text has turned what stands beside it.
func (b tab) inOrder() {
	b.t.Helper()
	wrong, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](turned))
	require.NoError(b.t, err)
	require.Empty(b.t, wrong, "turned by what stands beside it")
}
