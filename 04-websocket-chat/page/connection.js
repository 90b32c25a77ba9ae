// A connection to the chat that outlives the loss of a node.
//
// It connects to the first node of a list. When the connection ends, it waits a little, tells how long, and goes on
// to the next node; after a whole round without success it waits twice as long. The wait is random, so that the
// thousand pages of a node that went away do not all knock at the next one in the same moment. A node that is full says
// when to ask again (Retry-After): it is left alone for so long, while others are tried.

import { Moment } from "./moment.js";
import { forgetToken, headers, protocols } from "./token.js";

const firstWait = 500;        // milliseconds, doubled after every round of all nodes
const longestWait = 20_000;   // milliseconds
const longestAsked = 300_000; // milliseconds that a Retry-After can keep us away: more would be a mistake
const longestKick = 86_400_000; // milliseconds that somebody can be asked to leave for
const pingEvery = 10_000;     // milliseconds
const answerWithin = 5_000;   // milliseconds that a node may take to open the connection
const steadyAfter = 5_000;    // milliseconds online before waits start small again

export class Connection {
  // nodes: base URLs, the page's own node first. query() returns what to ask for, with each try: "name=alice&room=lobby". on: functions that are
  // called when something happens:
  //   connecting(node)       a try begins
  //   frame(frame, text)     a text frame, parsed, and as it came; the first is $welcome
  //   binary(bytes)          a binary frame, as an ArrayBuffer
  //   lost({why, wait, mayTry})   the connection is gone, or did not come; why is a sentence of words.js: its key, and
  //                          what fills it in. The next try is in `wait` milliseconds; if mayTry, tryNow may come first
  //   refused(sentence)      the node said no, for good: trying again would not help
  constructor(nodes, query, on) {
    Object.assign(this, { nodes, query, on });
    this.at = 0;        // which node
    this.failures = 0;  // tries since the connection was last steady
    this.notBefore = new Map(); // node → when it may be asked again, by performance.now()
    this.socket = null;
    this.last = new Moment(); // when a frame was heard
  }

  open() {
    this.drop();
    const node = this.nodes[this.at];
    const query = this.query();
    this.on.connecting(node);
    let socket;
    try {
      socket = new WebSocket(endpoint(node, query, "ws"), protocols());
    } catch {
      return this.tryNext(["noAddress", { node }]);
    }
    this.socket = socket;
    this.wasOpen = false;
    this.openTimer = setTimeout(() => this.giveUp(), answerWithin);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = (e) => {
      this.heard = true;
      this.last = new Moment();
      if (typeof e.data !== "string") return this.on.binary(e.data);
      const frame = JSON.parse(e.data);
      if (frame.event === "$expiring") this.expiring = true;
      if (frame.event !== "$pong") this.on.frame(frame, e.data);
    };
    // 1006 means "no close frame": the node vanished, or refused. A browser hides which, so we ask.
    socket.onclose = (e) => {
      this.drop();
      if (e.code === 1008 && this.expiring && protocols().length > 0) return this.barred(e.reason);
      if (!this.wasOpen) return this.askWhy(node, query);
      this.stayAway(kickedFor(e));
      this.tryNext(whyClosed(e));
    };
  }

  // send returns whether the frame was handed to a living connection.
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  opened() {
    clearTimeout(this.openTimer);
    this.wasOpen = true;
    this.expiring = false; // the token; a new one over this connection makes it false again
    this.steadyTimer = setTimeout(() => { this.failures = 0; }, steadyAfter);
    // A browser does not show ping frames, and TCP can take minutes to notice a dead network. So we ask ourselves:
    // when not a single frame has come since the last $ping, nobody is there.
    this.heard = true;
    this.pingTimer = setInterval(() => {
      if (!this.heard) return this.giveUp();
      this.heard = false;
      this.send({ event: "$ping" });
    }, pingEvery);
  }

  // check asks the node whether it is there: for when the network may have changed.
  check() {
    if (!this.send({ event: "$ping" })) return;
    const before = this.last;
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => {
      if (this.last === before) this.giveUp();
    }, answerWithin);
  }

  giveUp() {
    this.drop();
    this.tryNext(["noAnswer"]);
  }

  // drop closes the socket and forgets it, the timers and the question why, so that nothing late can be taken for news.
  // A socket that is only forgotten would stay open: a second one of the same person, whom nobody hears.
  drop() {
    this.asking?.abort();
    clearInterval(this.pingTimer);
    clearTimeout(this.openTimer);
    clearTimeout(this.checkTimer);
    clearTimeout(this.steadyTimer);
    clearTimeout(this.retryTimer);
    if (this.socket) {
      this.socket.onopen = this.socket.onmessage = this.socket.onclose = null; // which may come much later, or never
      this.socket.close();
    }
    this.socket = null;
  }

  // askWhy asks the node over plain HTTP, which runs the same checks, why it did not open a WebSocket.
  // Only the page's own node can be asked: a browser does not show the answers of others. With this question it
  // sends no Origin, which it did with the WebSocket, so we say it.
  async askWhy(node, query) {
    const asking = (this.asking = new AbortController());
    let why = ["noNode"];
    if (node === this.nodes[0]) {
      try {
        const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(answerWithin)]);
        const answer = await fetch(endpoint(node, query, "http") + "&origin=" + encodeURIComponent(location.origin), { signal, headers: headers() });
        const text = (await answer.text()).trim();
        if (asking.signal.aborted) return;
        const ours = isSentence(answer, text);
        if (ours && answer.status === 401) return this.barred(text);
        if (ours && [400, 403, 421].includes(answer.status)) return this.on.refused(text);
        if (!ours) why = ["notTheNode", { status: answer.status }];
        else if (answer.status === 429 || answer.status >= 500) why = ["told", { text: text.replace(/[.\s]+$/, "") }];
        else if (answer.status === 426) why = ["noSocket"];
        this.notBefore.set(node, performance.now() + retryAfter(answer));
      } catch {
        if (asking.signal.aborted) return; // by drop: somebody has gone on meanwhile
        // Nobody there: what is said above is right.
      }
    }
    this.tryNext(why);
  }

  // barred is for a page whose token lets it in nowhere: with the same one it would be refused for ever.
  barred(sentence) {
    forgetToken();
    this.on.refused(sentence);
  }

  tryNext(why) {
    const round = Math.floor(this.failures / this.nodes.length);
    const jitter = Math.min(longestWait, firstWait * 2 ** round) * (0.5 + Math.random() / 2);
    this.failures++;
    // The next node in turn that has not asked to be left alone; if all have, the one that may be asked first. What a
    // node asks for comes on top of the random wait: or all whom it told the same would be back together.
    const turns = this.nodes.map((_, i) => (this.at + 1 + i) % this.nodes.length);
    this.at = turns.reduce((best, at) => (this.asked(at) < this.asked(best) ? at : best));
    const wait = this.asked(this.at) + jitter;
    this.retryTimer = setTimeout(() => this.open(), wait);
    this.on.lost({ why: fitting(why), wait, mayTry: this.asked(this.at) === 0 });
  }

  // tryNow is for somebody who does not want to wait. A node that asked for time gets it all the same.
  tryNow() {
    if (this.asked(this.at) === 0) this.open();
  }

  // away is whether it is at another node than the first, its own; home goes back there.
  get away() { return this.at !== 0; }

  home() {
    this.at = 0;
    this.open();
  }

  // stayAway leaves all nodes alone for so many milliseconds: it was a person who has asked, and meant all of them.
  stayAway(wait) {
    if (wait > 0) for (const node of this.nodes) this.notBefore.set(node, performance.now() + wait);
  }

  // asked is how many milliseconds more a node wants to be left alone.
  asked(at) {
    return Math.max(0, (this.notBefore.get(this.nodes[at]) ?? 0) - performance.now());
  }
}

// isSentence tells a node's answer, a line of plain text, from the pages of a proxy that reaches none.
function isSentence(answer, text) {
  return /^text\/plain\b/.test(answer.headers.get("Content-Type")) && text !== "" && !text.includes("\n");
}

// retryAfter is how many milliseconds a node wants to be left alone; it says so in seconds. A date, which it could be,
// too, is not believed: a clock that is wrong would make any wait of it.
function retryAfter(answer) {
  const said = answer.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(said) ? Math.min(said * 1000, longestAsked) : 0;
}

// kickedFor is how many milliseconds an operator wants us to stay away; 0: nobody has asked us to leave.
function kickedFor({ code, reason }) {
  const said = /^you were asked to leave for (\d{1,7}) s(?:: |$)/.exec(reason);
  return code === 4001 && said ? Math.min(said[1] * 1000, longestKick) : 0;
}

// whyClosed is what a close frame says. A code that nodes use has words of its own.
function whyClosed({ code, reason }) {
  if (code === 1006) return ["broke"];
  if (!reason) return ["closed", { code }];
  return [[1001, 1008, 1009, 1013].includes(code) ? `closed_${code}` : "told", { reason, text: reason }];
}

// fitting leaves out a node's advice to go to another one: where there is one, the page goes by itself.
function fitting([key, values = {}]) {
  const cut = (value) => (typeof value === "string" ? value.replace(/[;,] (or )?(connect|go) to another( node)?$/, "") : value);
  return [key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cut(value)]))];
}

function endpoint(node, query, scheme) {
  return node.replace(/\/+$/, "").replace(/^http/, scheme) + "/ws?" + query;
}
