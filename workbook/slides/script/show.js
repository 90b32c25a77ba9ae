// One slide at a time. The address has its number, so that a reload stays where it is.
const slides = [...document.querySelectorAll(".slide")];
const help = document.getElementById("help");
let now = 0, notes = false;

const show = (number) => {
	now = Math.max(0, Math.min(number, slides.length - 1));
	slides.forEach((slide, i) => slide.classList.toggle("now", i === now));
	slides[now].querySelector(".notes").hidden = !notes;
	document.getElementById("number").textContent = `${now + 1} / ${slides.length}`;
	history.replaceState(null, "", "#" + (now + 1));
	dispatchEvent(new Event("shown"));
};

// An answer is opened before the next slide comes, and closed again when the room goes back behind it.
const forward = () => {
	const answer = slides[now].querySelector("details:not([open])");
	if (answer) answer.open = true;
	else show(now + 1);
};
const back = () => {
	for (const answer of slides[now].querySelectorAll("details")) answer.open = false;
	show(now - 1);
};

const does = {
	"ArrowRight": forward, " ": forward, "PageDown": forward,
	"ArrowLeft": back, "PageUp": back,
	"Home": () => show(0),
	"End": () => show(slides.length - 1),
	"n": () => { notes = !notes; show(now); },
	"f": () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
	"?": () => help.showModal(),
};
addEventListener("keydown", (event) => {
	if (help.open || event.ctrlKey || event.metaKey || event.altKey || !(event.key in does)) return;
	if (event.target.matches("select") || event.key === " " && event.target.matches("button, summary")) return;
	event.preventDefault();
	does[event.key]();
});
document.getElementById("forward").addEventListener("click", forward);
document.getElementById("back").addEventListener("click", back);
document.getElementById("help-button").addEventListener("click", () => help.showModal());

const asked = () => Number(location.hash.slice(1)) - 1 || 0;
addEventListener("hashchange", () => show(asked()));

let folded = [];
addEventListener("beforeprint", () => {
	folded = [...document.querySelectorAll("details:not([open])")];
	for (const answer of folded) answer.open = true;
});
addEventListener("afterprint", () => {
	for (const answer of folded) answer.open = false;
});
show(asked());
