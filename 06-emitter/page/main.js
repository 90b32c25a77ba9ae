// The page's three parts: what the system is (cards), how it is connected
// (the map), and what happens (lines and travelling messages). All of it comes
// from one stream of server-sent events; text from others is only ever set as text.
import { Picture } from "./picture.js";
import { cards } from "./cards.js";

const at = (id) => document.getElementById(id);
const picture = new Picture(at("map"));
let answerTimer;

function show(state) {
  at("backend").textContent = state.backend;
  at("messages").textContent = state.messages.toLocaleString("en");
  at("missed").textContent = state.missed.toLocaleString("en");
  at("missed").classList.toggle("some", state.missed > 0);
  picture.draw(state);
  cards(at("parts"), state, act);
}

// A line begins with the time at which it came; those of before come without.
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

async function act(action, target, more = {}) {
  const answer = at("answer");
  clearTimeout(answerTimer);
  answer.className = "";
  answer.textContent = `${action} ${target} …`;
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ action, target, ...more }),
    });
    const text = (await response.text()).trim();
    answer.textContent = text;
    answer.classList.toggle("bad", !response.ok);
  } catch {
    answer.textContent = "the system does not answer";
    answer.className = "bad";
  }
  answerTimer = setTimeout(() => { answer.textContent = ""; }, 8000);
}

at("emit").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  act("emit", "", { text: form.get("text"), room: form.get("room") });
});

const events = new EventSource("/events");
events.addEventListener("open", () => {
  at("status").textContent = "live";
  at("status").className = "";
  at("lines").replaceChildren(); // the stream begins with the last ones
});
events.addEventListener("error", () => {
  at("status").textContent = "the system has ended, or does not answer";
  at("status").className = "lost";
});
events.addEventListener("message", (event) => {
  const update = JSON.parse(event.data);
  if (update.state) show(update.state);
  if (update.hop) picture.hop(update.hop);
  if (update.line) say(update.line);
});
