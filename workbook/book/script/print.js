// On paper nothing can be unfolded: answers are open there, and as before afterwards.
let folded = [];
addEventListener("beforeprint", () => {
	folded = [...document.querySelectorAll("main details:not([open])")];
	for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
	for (const details of folded) details.open = false;
	folded = [];
});
