// The colours: as the system has them, or as the reader says, and says once.
const root = document.documentElement;
const choice = document.getElementById("scheme");
const key = "redis-chat scheme";

// A browser may forbid a page from a file to remember anything.
const remembered = () => { try { return localStorage.getItem(key) ?? ""; } catch { return ""; } };
const remember = (name) => { try { localStorage.setItem(key, name); } catch { /* then it is asked again */ } };

const wear = (name) => {
	if (name) root.dataset.scheme = name;
	else delete root.dataset.scheme;
};

if (choice) {
	wear(remembered());
	choice.value = remembered();
	choice.addEventListener("change", () => {
		wear(choice.value);
		remember(choice.value);
	});
}
