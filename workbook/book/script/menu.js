// The contents: always there where the window is wide, else opened by a button.
const menu = document.getElementById("menu");
const button = document.getElementById("menu-button");

const show = (open) => {
	menu.classList.toggle("open", open);
	button.setAttribute("aria-expanded", open);
};

button.addEventListener("click", () => {
	const open = !menu.classList.contains("open");
	show(open);
	if (open) menu.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
});
menu.addEventListener("click", (event) => {
	if (event.target.closest("a")) show(false);
});
document.querySelector("main").addEventListener("pointerdown", () => show(false));
document.addEventListener("keydown", (event) => {
	if (event.key !== "Escape" || !menu.classList.contains("open")) return;
	const inside = menu.contains(document.activeElement);
	show(false);
	if (inside) button.focus();
});
