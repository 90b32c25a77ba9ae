// A button behind each command puts it on the clipboard, without the prompt. Where a browser forbids that, the
// command is selected instead: then Ctrl-C does it.
const copy = async (button, typed) => {
	try {
		await navigator.clipboard.writeText(typed.textContent);
	} catch {
		getSelection().selectAllChildren(typed);
		return;
	}
	button.classList.add("done");
	button.setAttribute("aria-label", "Copied: " + typed.textContent);
	setTimeout(() => {
		button.classList.remove("done");
		button.setAttribute("aria-label", "Copy: " + typed.textContent);
	}, 2000);
};

for (const command of document.querySelectorAll(".command")) {
	const typed = command.querySelector(".typed"), button = document.createElement("button");
	button.type = "button";
	button.className = "copy";
	button.setAttribute("aria-label", "Copy: " + typed.textContent);
	button.addEventListener("click", () => copy(button, typed));
	command.append(button);
}
