// What is wider than the window scrolls by itself, and a keyboard must reach it to do so.
const boxes = document.querySelectorAll("main pre, main .wide");
const look = (entries) => {
	for (const { target } of entries) {
		if (target.scrollWidth > target.clientWidth) {
			target.tabIndex = 0;
			target.setAttribute("role", "group");
			target.setAttribute("aria-label", target.matches("pre") ? "Code that scrolls" : "Table that scrolls");
		} else {
			for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
		}
	}
};
const observer = new ResizeObserver(look);
for (const box of boxes) observer.observe(box);
