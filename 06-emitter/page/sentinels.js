// What is there with Sentinels alone: who is the master, in words; a card for each Sentinel; the planned failover.
import { sentinelCards } from "./cards.js";

const at = (id) => document.getElementById(id);
let asked = false; // the button has its listener

export function sentinels(state, act) {
  const all = state.sentinels ?? [];
  document.body.classList.toggle("sentinels", all.length > 0);
  for (const element of document.querySelectorAll(".watched")) element.hidden = all.length === 0;
  for (const element of document.querySelectorAll(".unwatched")) element.hidden = all.length > 0;
  at("vote").hidden = all.length === 0;
  if (all.length === 0) return;
  say(at("vote"), words(state, all));
  sentinelCards(at("sentinels"), state, act);
  const [button] = at("failover").getElementsByTagName("button");
  const up = all.find((sentinel) => sentinel.state === "up");
  button.disabled = state.moving || !up;
  button.title = up?.byHand.failover ? `by hand: ${up.byHand.failover}` : "no Sentinel answers";
  if (asked) return;
  asked = true;
  button.addEventListener("click", () => act("failover", "", at("failover").querySelector("output")));
}

// words say who is the master, and what is going on about it.
function words(state, all) {
  const { name, state: how } = state.servers.find(({ name }) => name === state.master);
  if (state.moving) return "failover: another server is about to become the master";
  const leader = all.find((sentinel) => sentinel.leads);
  if (leader) return `master: ${name}; ${leader.name} tells the others`;
  const down = all.filter((sentinel) => sentinel.down.includes(name)).length;
  if (down > 0) return `master: ${name}, which is down for ${down} of ${all.length} Sentinels`;
  return `master: ${name}${how === "up" ? "" : `, which is ${how}`}`;
}

// say sets a text that is read out, only when it is another one.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
