// What the page remembers: for this browser, and for this tab until it is closed. A browser may have its storage switched
// off, or full: then nothing is remembered, and nothing fails.

export const inBrowser = box(() => localStorage);
export const inTab = box(() => sessionStorage);

function box(storage) {
  return {
    get(key) {
      try {
        return JSON.parse(storage().getItem("chat." + key));
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        storage().setItem("chat." + key, JSON.stringify(value));
      } catch {
        // Not remembered, then.
      }
    },
  };
}
