// The token that lets this page in, where its node wants one. Whoever issues it puts it into the page's address: behind #,
// which a browser sends to nobody, or as ?token=, which stands in the log of every server on the way. The page takes it
// out of there at once, so that nobody copies it with the address, and keeps it for this tab.
//
// A token may also be a cookie, which this page cannot read: the browser sends it by itself.

import { inTab } from "./memory.js";

const form = /^[\w-]+\.[\w-]+\.[\w-]*$/; // what a WebSocket may offer as the name of a protocol

const kept = inTab.get("token");
let token = typeof kept === "string" && form.test(kept) ? kept : "";

// takeToken takes the token out of the address, and returns whether there was one.
export function takeToken() {
  const url = new URL(location.href);
  const given = tokenOf(url) ?? url.searchParams.get("token");
  if (given === null) return false;
  url.searchParams.delete("token");
  url.hash = "";
  history.replaceState(history.state, "", url);
  keep(form.test(given) ? given : "");
  return true;
}

// watchToken calls on when a new token has come into the address: from a person, or from a page that shows this one in a frame.
export function watchToken(on) {
  // The address may have changed once more: popstate comes first, and chat.js answers it.
  addEventListener("hashchange", ({ newURL }) => {
    const given = tokenOf(new URL(newURL));
    if (given === null) return;
    takeToken();
    keep(form.test(given) ? given : "");
    on(token);
  });
}

const tokenOf = (url) => new URLSearchParams(url.hash.slice(1)).get("token");

// forgetToken is for one that no node takes any more: it would stand before a cookie that is newer.
export function forgetToken() { keep(""); }

export const theToken = () => token;

// protocols are what a WebSocket offers: a browser lets it send nothing else of its own.
export const protocols = () => (token ? ["chat.v1", "token." + token] : []);

export const headers = () => (token ? { Authorization: "Bearer " + token } : {});

function keep(value) {
  token = value;
  inTab.set("token", token);
}
