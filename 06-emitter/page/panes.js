// The pages of two nodes, the first and the last, side by side: what is typed in one passes through Redis to the other. A
// page outlives its node, as it goes to another one; so a frame is made once, when its node is up. When the node is up
// again, the page is told to come back: two panes at one node would show no way through Redis.

const people = ["alice", "bob"];
const states = new Map(); // by node: what it was

export function panes(state) {
  const ends = [state.nodes[0], state.nodes.at(-1)].slice(0, state.nodes.length);
  ["left", "right"].forEach((side, i) => {
    const pane = document.getElementById(`pane-${side}`);
    const node = ends[i];
    pane.hidden = !node;
    if (!node) return;
    const title = pane.querySelector("h2");
    title.textContent = `${people[i]}, opened at ${node.name}`;
    const frame = pane.querySelector("iframe");
    const back = node.state === "up" && (states.get(node.name) ?? "up") !== "up";
    states.set(node.name, node.state);
    if (frame) {
      if (back) frame.contentWindow.postMessage("home", node.url);
      return;
    }
    if (node.state !== "up") {
      title.textContent += `, which is ${node.state}`;
      return;
    }
    const page = document.createElement("iframe");
    page.title = `Chat of ${people[i]}, from ${node.name}`;
    page.src = `${node.url}/?name=${people[i]}&room=lobby`;
    pane.append(page);
  });
}
