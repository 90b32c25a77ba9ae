// The search: all words that are typed must occur in a section, in any order. Nothing leaves the page.
const most = 30; // results that are shown
const field = document.getElementById("query");
const box = document.getElementById("found");
const count = document.getElementById("found-count");
const list = document.getElementById("found-list");

const plain = (text) => text.normalize("NFKC").toLowerCase();
const tidy = (text) => text.replace(/\s+/g, " ").trim();

// A section begins with a heading that has an address, and ends before the next. What is folded is apart: it may be
// the answer to a question, and is found without being told.
const read = () => {
	const sections = [];
	for (const article of document.querySelectorAll("main > article")) {
		const chapter = article.querySelector("h1")?.textContent ?? "";
		let section;
		for (const part of article.children) {
			if (part.matches("h1[id], h2[id], h3[id]")) {
				section = { id: part.id, chapter, heading: part.textContent, open: "", folded: "" };
				sections.push(section);
			} else if (section && !part.matches(".turn")) {
				section[part.matches("details") ? "folded" : "open"] += part.textContent + "\n";
			}
		}
	}
	for (const section of sections) {
		section.open = tidy(section.open);
		section.title = plain(section.chapter + " " + section.heading);
		section.all = plain(section.title + " " + section.open + " " + section.folded);
	}
	return sections;
};
let sections; // read when somebody searches for the first time

// A word in a heading counts for more than any number in the text.
const worth = (section, words) => {
	let sum = 0;
	for (const word of words) {
		const times = section.all.split(word).length - 1;
		if (times === 0) return 0;
		sum += Math.min(times, 20) + (plain(section.heading).includes(word) ? 200 : 0) + (section.title.includes(word) ? 50 : 0);
	}
	return sum;
};

// The text around the first word, each word marked.
const snippet = (section, words) => {
	const line = document.createElement("span");
	line.className = "snippet";
	const low = section.open.toLowerCase();
	const hidden = words.some((word) => !low.includes(word) && !section.title.includes(word));
	const places = words.map((word) => low.indexOf(word)).filter((at) => at >= 0);
	if (places.length === 0) {
		line.textContent = hidden ? "in a folded answer" : section.open.slice(0, 140);
		return line;
	}
	const from = Math.max(0, Math.min(...places) - 50);
	const text = section.open.slice(from, from + 180);
	const pattern = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "gi");
	let done = 0;
	if (from > 0) line.append("… ");
	for (const hit of text.matchAll(pattern)) {
		const mark = document.createElement("mark");
		mark.textContent = hit[0];
		line.append(text.slice(done, hit.index), mark);
		done = hit.index + hit[0].length;
	}
	line.append(text.slice(done), from + 180 < section.open.length ? " …" : "", hidden ? " (more in a folded answer)" : "");
	return line;
};

const entry = (section, words) => {
	const item = document.createElement("li"), link = document.createElement("a"), where = document.createElement("span");
	link.href = "#" + section.id;
	where.className = "where";
	where.textContent = section.heading === section.chapter ? section.chapter : section.chapter + " › " + section.heading;
	link.append(where, snippet(section, words));
	link.addEventListener("click", () => {
		box.hidden = true;
		highlight(document.getElementById(section.id), words);
	});
	item.append(link);
	return item;
};

// Where the browser can, the words are marked in the text that is gone to.
const highlight = (heading, words) => {
	if (!globalThis.Highlight) return;
	const ranges = [];
	for (let part = heading; part && (part === heading || !part.matches("h1[id], h2[id], h3[id]")); part = part.nextElementSibling) {
		const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			for (const word of words) {
				for (let at = node.data.toLowerCase().indexOf(word); at >= 0; at = node.data.toLowerCase().indexOf(word, at + 1)) {
					const range = new Range();
					range.setStart(node, at);
					range.setEnd(node, at + word.length);
					ranges.push(range);
				}
			}
		}
	}
	CSS.highlights.set("found", new Highlight(...ranges));
};

const search = () => {
	const words = [...new Set(plain(field.value).split(/\s+/).filter(Boolean))];
	box.hidden = words.length === 0;
	list.replaceChildren();
	globalThis.CSS?.highlights?.delete("found");
	if (words.length === 0) return;
	sections ??= read();
	const hits = sections.map((section) => ({ section, worth: worth(section, words) })).filter((hit) => hit.worth > 0).sort((a, b) => b.worth - a.worth);
	list.append(...hits.slice(0, most).map((hit) => entry(hit.section, words)));
	count.textContent = hits.length === 0 ? "Nothing has all of these words." : hits.length > most ? `The first ${most} of ${hits.length} sections` : hits.length === 1 ? "1 section" : `${hits.length} sections`;
	box.scrollTop = 0;
};

field.addEventListener("input", search);
field.addEventListener("focus", () => { if (list.children.length > 0) box.hidden = false; });
document.addEventListener("keydown", (event) => {
	if (box.hidden) return;
	const links = [...list.querySelectorAll("a")];
	const at = links.indexOf(document.activeElement);
	if (event.key === "Escape") {
		box.hidden = true;
		field.focus();
		box.hidden = true; // the focus has opened it again
	} else if (event.key === "ArrowDown" && (at >= 0 || document.activeElement === field)) {
		event.preventDefault();
		links[Math.min(at + 1, links.length - 1)]?.focus();
	} else if (event.key === "ArrowUp" && at >= 0) {
		event.preventDefault();
		(links[at - 1] ?? field).focus();
	} else if (event.key === "Enter" && document.activeElement === field) {
		event.preventDefault();
		links[0]?.click();
	}
});
document.querySelector("main").addEventListener("pointerdown", () => { box.hidden = true; });
