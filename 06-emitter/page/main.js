// The map of the running system. All that it shows comes from one stream of server-sent events: the state, the sights
// of messages at the servers, the steps of messages in the nodes, the moments of the time line, and lines of text. Text
// from others is only ever set as text.
import { Picture } from "./picture.js";
import { Travel } from "./travel.js";
import { Rates } from "./rates.js";
import { Messages } from "./messages.js";
import { Timeline } from "./timeline.js";
import { Ways } from "./ways.js";
import { answer } from "./answers.js";
import { cards, outputOf } from "./cards.js";
import { panes } from "./panes.js";
import { sentinels } from "./sentinels.js";

const at = (id) => document.getElementById(id);
const { token, run } = document.documentElement.dataset;
const picture = new Picture(at("map"));
const rates = new Rates();
const travel = new Travel(picture, rates);
const timeline = new Timeline(at("timeline"), at("moments"));
const ways = new Ways(at("ways"));
const messages = new Messages({
  taken: (...news) => both("taken", ...news),
  failed: (...news) => both("failed", ...news),
  seen: (...news) => both("seen", ...news),
  delivered: (...news) => both("delivered", ...news),
  // Of a sample it cannot be said that something is missing.
  missing: (message) => rates.busy() || both("missing", message),
}, (name) => name === state.master);
let state = null;

const hear = {
  state(now) {
    state = now;
    rates.take(now);
    at("backend").textContent = now.backend;
    at("messages").textContent = now.messages.toLocaleString("en");
    at("missed").textContent = now.missed.toLocaleString("en");
    at("missed").classList.toggle("some", now.missed > 0);
    picture.draw(now);
    timeline.parts(now);
    ways.parts(now);
    cards(at("parts"), now, (action, name) => act(outputOf(name), action, name));
    sentinels(now, (action, name, output = outputOf(name)) => act(output, action, name));
    panes(now);
  },
  hop: (hop) => messages.hop(hop),
  step: (step) => messages.step(step, nameOf(step.client)),
  moment: (moment) => timeline.add(moment),
  line: say,
};

// What happens to a message goes into the table, and onto the picture.
function both(what, ...news) {
  ways[what](...news);
  travel[what](...news);
}

function nameOf(client) {
  for (const node of state.nodes) {
    const known = node.clients.find((other) => other.id === client);
    if (known) return known.name;
  }
  return "";
}

// A line begins with the time at which it came.
function say(text) {
  const li = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = text.slice(0, 8);
  const [said, ...more] = text.slice(10).split("   "); // a message, its way, how long it took
  const what = document.createElement("bdi"); // letters that run from right to left do not move the time
  what.textContent = said;
  li.append(time, what);
  for (const part of more) li.append(Object.assign(document.createElement("span"), { textContent: part }));
  at("lines").prepend(li);
  while (at("lines").childElementCount > 200) at("lines").lastChild.remove();
}

// act asks the system for something, and says in output what came of it.
async function act(output, action, target, more = {}) {
  answer(output, `${action} ${target}`.trim() + " …");
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Map-Token": token },
      body: JSON.stringify({ action, target, ...more }),
    });
    if (!response.ok) return answer(output, (await response.text()).trim(), true);
    const { done, text } = await response.json();
    answer(output, text, !done);
  } catch {
    answer(output, "the system does not answer", true);
  }
}

at("emit").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  act(at("answer"), "emit", "", { text: form.get("text"), room: form.get("room") });
});

// Twice a second, what changes without news: rates go down, and the minute goes on.
setInterval(() => {
  if (document.hidden || !state) return;
  at("rate").textContent = Math.round(rates.of(state.master)).toLocaleString("en");
  picture.flow(rates, state);
  document.body.classList.toggle("busy", rates.busy());
  at("pace").textContent = rates.busy()
    ? "too many to follow: flows with their rates, and a sample of the messages"
    : "slow motion: each message replayed, in its sender's colour";
  timeline.draw();
}, 500);

// ---- the stream; nobody looks at a page that is hidden, and the system then has no work with it ----

const againAfter = 3_000; // milliseconds
let events = null;
let again;

function listen() {
  clearTimeout(again);
  events = new EventSource("/events");
  events.addEventListener("open", () => {
    status("live", "");
    at("lines").replaceChildren(); // the stream begins with the last ones
    timeline.clear();
    rates.clear();
  });
  events.addEventListener("error", () => {
    status("the system has ended, or does not answer", "lost");
    if (events.readyState === EventSource.CLOSED) again = setTimeout(listen, againAfter); // the browser has given up
  });
  events.addEventListener("message", (event) => {
    // Another run of the system knows neither this page's token nor, maybe, its nodes.
    if (event.lastEventId !== run) return location.reload();
    for (const [what, news] of Object.entries(JSON.parse(event.data))) hear[what](news);
  });
}

function status(text, kind) {
  at("status").textContent = text;
  at("status").className = kind;
  document.body.classList.toggle("lost", kind === "lost");
}

document.addEventListener("visibilitychange", () => {
  events?.close();
  clearTimeout(again);
  if (!document.hidden) listen();
});
if (!document.hidden) listen();
