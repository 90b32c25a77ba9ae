// The panels of rooms and of people: open where there is room for them, otherwise folded into one line above the
// messages.

const narrow = matchMedia("(max-width: 40rem), (max-height: 24rem)"); // as in chat.css

const panels = document.querySelectorAll("details");

// foldPanels closes what lies over the messages.
export function foldPanels() {
  if (narrow.matches) for (const panel of panels) panel.open = false;
}

function fit() {
  for (const panel of panels) {
    panel.open = !narrow.matches;
    panel.name = narrow.matches ? "panel" : ""; // of those with one name only one is open
  }
}

narrow.addEventListener("change", fit);
addEventListener("keydown", (e) => {
  if (e.key === "Escape") foldPanels();
});
fit();
