// The clock: how long the plan has run, what is left of it, and how far the slide on the wall is ahead or behind. It
// begins at the row of the slide on which it is started, and goes on after a reload.
const deck = document.getElementById("deck");
const plan = JSON.parse(deck.dataset.plan);
const last = plan.at(-1), total = last.at + last.minutes;
const key = "redis-chat slides began";
const remembered = () => { try { return Number(sessionStorage.getItem(key)) || 0; } catch { return 0; } };
const remember = (time) => { try { sessionStorage.setItem(key, time || ""); } catch { /* then a reload begins anew */ } };
let began = remembered(); // in milliseconds; 0: not started

const clock = (minutes) => Math.trunc(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");

const tell = () => {
	const slide = deck.querySelector(".slide.now");
	if (!slide) return;
	const at = Number(slide.dataset.at);
	const row = plan.find((row) => row.at === at);
	document.getElementById("row").textContent = `${clock(row.at)} ${row.what}, ${row.minutes} min`;
	let text = `plan: ${total} min`;
	if (began) {
		const now = Math.floor((Date.now() - began) / 60000);
		const end = row.at + row.minutes;
		const late = now < row.at ? `${row.at - now} min ahead` : now >= end ? `${now - end + 1} min behind` : "in time";
		text = `${clock(now)} gone, ${Math.max(0, total - now)} min left, ${late}`;
	}
	document.getElementById("clock").textContent = text;
};

addEventListener("shown", tell);
addEventListener("keydown", (event) => {
	if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select")) return;
	began = began ? 0 : Date.now() - 60000 * Number(deck.querySelector(".slide.now").dataset.at);
	remember(began);
	tell();
});
setInterval(tell, 5000);
