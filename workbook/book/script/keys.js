// Keys of one letter, which can be switched off: they are in the way of those who speak to their computer.
const dialog = document.getElementById("keys");
const on = document.getElementById("keys-on");
const key = "redis-chat keys";
try { on.checked = localStorage.getItem(key) !== "off"; } catch { /* nothing is remembered here */ }
on.addEventListener("change", () => {
	try { localStorage.setItem(key, on.checked ? "on" : "off"); } catch { /* nothing is remembered here */ }
});
document.getElementById("keys-button").addEventListener("click", () => dialog.showModal());

// The text that is in view: the last one that begins above the middle of the window.
const turn = (way) => {
	const texts = [...document.querySelectorAll("main > article")];
	const at = texts.findLastIndex((text) => text.getBoundingClientRect().top <= innerHeight / 2);
	const to = texts[Math.max(0, Math.min(at + way, texts.length - 1))];
	location.hash = to.id;
	to.scrollIntoView(); // the address may have been that one already
};

const does = {
	"/": () => document.getElementById("query").focus(),
	"n": () => turn(1),
	"p": () => turn(-1),
	"?": () => dialog.showModal(),
};
document.addEventListener("keydown", (event) => {
	if (!on.checked || dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.target.matches("input, select, textarea")) return;
	if (!(event.key in does)) return;
	event.preventDefault();
	does[event.key]();
});
