package browser

// clock runs before the page's own script: in the page time passes only when a test lets it pass. Frames are drawn as ever.
const clock = `
{
	let time = 0, last = 0;
	const timers = new Map(); // id → { at, every, f }
	window.setTimeout = (f, ms = 0) => (timers.set(++last, { at: time + ms, f }), last);
	window.setInterval = (f, every) => (timers.set(++last, { at: time + every, every, f }), last);
	window.clearTimeout = window.clearInterval = (id) => void timers.delete(id);
	AbortSignal.timeout = () => new AbortController().signal;
	performance.now = () => time;
	const next = () => [...timers].reduce((soonest, timer) => timer[1].at < soonest[1].at ? timer : soonest, [0, { at: Infinity }]);
	const run = ([id, timer]) => {
		time = timer.at;
		if (timer.every) timer.at += timer.every;
		else timers.delete(id);
		timer.f();
	};
	// pass lets milliseconds pass.
	window.pass = (ms) => {
		const until = time + ms;
		while (next()[1].at <= until) run(next());
		time = until;
	};
	// tryAgain lets time pass until the page, which has no connection, tries to have one. It returns how long that took.
	window.tryAgain = () => {
		const began = time;
		while (document.body.dataset.state === "offline") run(next());
		return time - began;
	};
}
`

// unfaked runs in each tab before everything else: a test's questions to the page must not depend on the page's clock.
const unfaked = `window.unfaked = {};
for (const name of ["setTimeout", "setInterval", "clearInterval"]) unfaked[name] = window[name].bind(window);
`

// patient runs in each tab before the page's own script. Most tests are not about how long the page waits for an
// answer, and on a slow machine a late answer is no sign of death. Tests that are about it set the time by themselves.
const patient = `
{
	const long = (ms) => [5_000, 8_000, 10_000].includes(ms) ? 1000 * ms : ms;
	const within = AbortSignal.timeout.bind(AbortSignal);
	window.setTimeout = (f, ms, ...more) => unfaked.setTimeout(f, long(ms), ...more);
	window.setInterval = (f, ms, ...more) => unfaked.setInterval(f, long(ms), ...more);
	AbortSignal.timeout = (ms) => within(long(ms));
}
`

// tryAgain lets a page whose clock is the test's try again to connect, and returns how many milliseconds the page has waited.
func (b tab) tryAgain() float64 {
	b.t.Helper()
	b.until(`document.body.dataset.state === "offline"`)
	return number(b, `tryAgain()`)
}
