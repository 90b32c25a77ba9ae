// Where the reader is: the contents show it.
const menu = document.getElementById("menu");
const entries = [...menu.querySelectorAll("a")].map((link) => ({ link, place: document.getElementById(link.hash.slice(1)) }));
let current;

// The last entry whose place is above the upper third of the window. Places are in the order of the page, so that it
// is found in a few steps.
const here = () => {
	let low = 0, high = entries.length;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (entries[middle].place.getBoundingClientRect().top <= innerHeight / 3) low = middle;
		else high = middle;
	}
	return entries[low].link;
};

const mark = () => {
	const link = here();
	if (link === current) return;
	current?.removeAttribute("aria-current");
	for (const item of menu.querySelectorAll(".here")) item.classList.remove("here");
	link.setAttribute("aria-current", "location");
	for (let item = link.closest("li"); item && menu.contains(item); item = item.parentElement.closest("li")) item.classList.add("here");
	current = link;
	const box = link.getBoundingClientRect(), frame = menu.getBoundingClientRect();
	if (box.top < frame.top || box.bottom > frame.bottom) menu.scrollTop += box.top - frame.top - frame.height / 3;
};

let asked = false;
const soon = () => {
	if (asked) return;
	asked = true;
	requestAnimationFrame(() => {
		asked = false;
		mark();
	});
};
addEventListener("scroll", soon, { passive: true });
addEventListener("resize", soon, { passive: true });
mark();
