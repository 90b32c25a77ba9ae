// What only the browser knows: that the page is put aside, or taken up again, and that the network has changed.

// watch sees to the connection then. on: talking() returns it, unless somebody is asked for a name; gone(why) is told that
// it is no more, in a sentence of words.js; network() that there is a network, or none any more.
export function watch(on) {
  let isAside = false;

  // The browser keeps a page whose reader goes to another one, for their way back, and it freezes a tab that is not
  // looked at. It would keep the socket open, answer the node's pings and swallow the messages: others would see
  // somebody who is not there.
  const aside = () => {
    const connection = on.talking();
    if (!connection?.socket) return;
    isAside = true;
    connection.drop();
    on.gone(["aside"]);
  };
  addEventListener("pagehide", aside);
  document.addEventListener("freeze", aside);

  const back = () => {
    if (isAside) on.talking().open();
    isAside = false;
  };
  addEventListener("pageshow", back);
  document.addEventListener("resume", back);

  addEventListener("offline", on.network);
  addEventListener("online", on.network);

  // A page that shows this one in a frame, as the live map does, says when this page's own node is back.
  addEventListener("message", (e) => {
    const connection = on.talking();
    if (window === parent || e.source !== parent || e.data !== "home" || !connection?.away) return;
    connection.drop();
    on.gone(["home"]);
    connection.home();
  });
}
